// The texts of the standard library and of the reference of diagnostics, embedded by the C compiler: Swift array
// literals of this size compile slowly.
#pragma once
#include <stddef.h>

/// One embedded file.
struct library_file {
    const char *path;
    const unsigned char *bytes;
    size_t size;
};

/// Number of embedded files.
size_t library_file_count(void);

/// An embedded file, by its place in the order of paths.
struct library_file library_file_at(size_t index);

/// The reference of diagnostics, in Markdown.
struct library_file diagnostic_reference(void);
