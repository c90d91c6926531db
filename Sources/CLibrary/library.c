// Every `.spec` file of the standard library, and the reference of diagnostics. A new spec is a line in each of the
// two lists.
#include "CLibrary.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char condition[] = {
#embed "../Model/Library/lib/condition.spec"
};
static const unsigned char frames[] = {
#embed "../Model/Library/lib/frames.spec"
};
static const unsigned char pagetable[] = {
#embed "../Model/Library/lib/pagetable.spec"
};
static const unsigned char proctable[] = {
#embed "../Model/Library/lib/proctable.spec"
};
static const unsigned char ring[] = {
#embed "../Model/Library/lib/ring.spec"
};
static const unsigned char sleeplock[] = {
#embed "../Model/Library/lib/sleeplock.spec"
};
static const unsigned char spinlock[] = {
#embed "../Model/Library/lib/spinlock.spec"
};

static const unsigned char tlb[] = {
#embed "../Model/Library/lib/tlb.spec"
};

#define FILE_OF(name) {"lib/" #name ".spec", name, sizeof name}

static const struct library_file files[] = {
    FILE_OF(condition), FILE_OF(frames), FILE_OF(pagetable), FILE_OF(proctable),
    FILE_OF(ring), FILE_OF(sleeplock), FILE_OF(spinlock),
    FILE_OF(tlb),
};

static const unsigned char diagnostics[] = {
#embed "../../Documentation/Diagnostics.md"
};

struct library_file diagnostic_reference(void) {
    return (struct library_file){"Documentation/Diagnostics.md", diagnostics, sizeof diagnostics};
}

size_t library_file_count(void) { return sizeof files / sizeof files[0]; }

struct library_file library_file_at(size_t index) { return files[index]; }
