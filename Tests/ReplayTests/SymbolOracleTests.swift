// Types, members and data as gdb reads them from the same file, in every version of DWARF that compilers write.

import Foundation
import Replay
import Testing

@Suite struct SymbolOracleTests {
    static let main = """
        typedef unsigned long uint64;
        typedef unsigned int uint;
        enum state { UNUSED, RUNNING = 3, ODD = -7 };
        enum { ALONE = 41 };
        struct list { struct list *next; };
        struct item {
            char name[12];
            enum state state;
            union { uint64 word; struct { uint low, high; }; };
            struct { short x, y; } point;
            unsigned flag : 1, kind : 5, rest : 20;
            signed tiny : 3;
            uint64 wide : 40;
            volatile int count;
            const char *const title;
            struct item *self;
            short grid[2][3][4];
            _Bool yes;
            signed char small;
        };
        struct __attribute__((packed)) tight { char c; int i; unsigned a : 3, b : 30; };
        struct opaque;
        extern struct opaque *hidden;
        struct item items[3] = {
            { "one", RUNNING, { .word = 0x1122334455667788 }, { -2, 7 }, 1, 17, 99999, -3, 0x1234567890, -5, "t", &items[2],
              { { { 1, 2, 3, 4 }, { 5, 6, 7, 8 } }, { { 9, 10, 11, 12 }, { 13, 14, 15, 16 }, { 17, 18, 19, -20 } } }, 1, -9 },
            { "two", ODD, { .word = ~0ul }, { 30000, -30000 }, 0, 31, 1, 3, 1, 77, 0, &items[0] },
        };
        struct tight packed[2] = { { 'a', -1, 5, 0x12345678 }, { 'b', 2, 7, 1 } };
        static struct item *volatile where = &items[1];
        static int own = 11;
        uint64 words[4] = { 1, 0x8000000000000000, 3, 4 };
        uint64 *word = &words[1];
        struct opaque *hidden;
        int zeroed[5];
        enum state now = RUNNING;
        int size_of_nothing = ALONE;
        __attribute__((noinline)) int work(int a, uint64 b, struct item *c, char d) {
            static int calls = 5;
            calls++;
            return a + (int)b + c->count + d + own + (int)(uint64)where + (int)(uint64)hidden;
        }
        static inline int twice(int n) { return words[n & 3] * 2; }
        int other(int);
        __attribute__((section(".text.start"))) void _start(void) {
            zeroed[0] = work(1, 2, where, 'x') + twice(zeroed[1]) + other(3);
            for (;;) ;
        }
        """
    static let second = """
        struct opaque { int a; long b; } it = { 4, 5 };
        struct item { int quite, different; } things[2] = { { 1, 2 }, { 3, 4 } };
        static int own = 22;
        int other(int n) { return n + own + it.a; }
        """

    static let expressions = [
        "items[0].state", "items[1].state", "items[0].word", "items[0].low", "items[0].high", "items[0].point.x",
        "items[0].point.y", "items[1].point.x", "items[0].flag", "items[0].kind", "items[0].rest", "items[0].tiny",
        "items[1].tiny", "items[0].wide", "items[0].count", "items[0].self->count", "items[1].self->self->count",
        "items[0].grid[1][2][3]", "items[0].grid[0][1][2]", "items[0].yes", "items[0].small", "items[0].name[1]",
        "packed[0].i", "packed[1].i", "packed[0].a", "packed[0].b", "packed[1].b", "where->count", "where->name[0]",
        "(*where).state", "words[1]", "words[3] + 1", "*word", "word[1]", "*(word + 2)", "word - words", "zeroed[4]",
        "now",
        "ALONE", "RUNNING", "ODD", "ALONE * 2 - 1", "(char)0x1ff", "(unsigned char)-1", "(int)words[1]", "-1 < 1u",
        "sizeof(items)", "sizeof(items[0].grid[0])", "sizeof(struct tight)", "&items[2] - items",
        "(long)&items[1].grid[1]", "(long)&packed[1].i", "(long)&where", "(long)&where->self",
        "words[1] >> 60", "now == RUNNING ? 10 : 20", "!now", "~0 & 0xff", "7 / -2", "-7 % 3", "0x10 | 3 ^ 1", "1 << 4",
        "((struct list *)&where)->next != 0", "items[0].grid[1][0][0] == 9 && !zeroed[2]", "(short)70000", "'a' + 1",
        "it.a", "things[1].different", "hidden", "size_of_nothing",
    ]

    @Test(arguments: [
        "-gdwarf-2 -O0", "-gdwarf-3 -O0", "-gdwarf-4 -O0", "-gdwarf-5 -O0", "-gdwarf-5 -gdwarf64 -O1", "-gdwarf-4 -O2",
        "-gdwarf-5 -O2", "-gdwarf-4 -fdebug-types-section -O0", "-gdwarf-5 -fdebug-types-section -O0",
    ])
    func valuesAreThoseOfTheDebugger(options: String) throws {
        guard Oracle.isThere() else { return }
        let program = try CProgram(
            ["main.c": Self.main, "second.c": Self.second], options.split(separator: " ").map(String.init))
        #expect(program.image.information.problems.isEmpty)
        let answers = try Oracle.numbers(Self.expressions, in: program.path)
        let situation = Situation(
            memory: FileMemory(program.image), index: { _, _ in nil }, slot: { _ in nil }, pageTable: { _ in nil })
        for (text, answer) in zip(Self.expressions, answers) {
            let answer = try #require(answer, "gdb has no answer to \(text) with \(options)")
            let ours = Result { try KernelExpression.resolve(text, in: program.image).value(situation) }
            #expect((try? ours.get()) == answer, "\(text) with \(options): \(ours)")
        }
    }

    @Test(arguments: ["-gdwarf-2 -O1", "-gdwarf-4 -O1", "-gdwarf-5 -O2", "-gdwarf-5 -O0"])
    func functionsAreWhereTheDebuggerHasThem(options: String) throws {
        guard Oracle.isThere() else { return }
        let program = try CProgram(
            ["main.c": Self.main, "second.c": Self.second], options.split(separator: " ").map(String.init))
        let work = try program.image.function(named: "work")
        #expect(work.entry.map { Int64($0) } == (try Oracle.numbers(["(long)&work"], in: program.path))[0])
        #expect(work.parameters.map(\.name) == ["a", "b", "c", "d"])
        #expect(work.parameters.map(\.entryRegister) == [10, 11, 12, 13])
        #expect(program.image.information.name(of: work.parameters[2].type) == "struct item *")
        #expect(work.line?.hasSuffix("main.c:38") == true, "\(work.line ?? "")")
        #expect(!program.image.exits(of: work).isEmpty)
        let start = try program.image.function(named: "_start")
        #expect(program.image.calls(to: work, in: start).count == 1)
        if options.contains("-O2") || options.contains("-O1") {
            let twice = try program.image.function(named: "twice")
            #expect(twice.entry == nil && twice.inlined.map(\.caller) == ["_start"])
        }
    }

    @Test func namesOfOneFileAreToldApart() throws {
        let program = try CProgram(["main.c": Self.main, "second.c": Self.second], ["-g", "-O0"])
        let situation = Situation(
            memory: FileMemory(program.image), index: { _, _ in nil }, slot: { _ in nil }, pageTable: { _ in nil })
        #expect(throws: BindingError.self) { try KernelExpression.resolve("own", in: program.image) }
        #expect(try KernelExpression.resolve("\"main.c\"::own", in: program.image).value(situation) == 11)
        #expect(try KernelExpression.resolve("\"second.c\"::own", in: program.image).value(situation) == 22)
        // Two units have a struct of one name: each variable has its own.
        #expect(try KernelExpression.resolve("things[0]", in: program.image).size == 8)
        #expect(try KernelExpression.resolve("items[0]", in: program.image).size ?? 0 > 100)
        // A unit that only declares a struct has the members that another one defines.
        #expect(try KernelExpression.resolve("hidden->b", in: program.image).typeName == "long")
    }

    @Test func macrosAreConstants() throws {
        let text =
            "#define SLOTS 16\n#define ALL (SLOTS * 2ul + EXTRA)\n#define EXTRA 3 // more\n#define LOOP LOOP\nint x[SLOTS];\nvoid _start(void) { x[0] = 1; }\n"
        for options in [["-gdwarf-5", "-fdebug-macro"], ["-gdwarf-4", "-fdebug-macro"]] {
            let program = try CProgram(["main.c": text], options)
            let situation = Situation(
                memory: FileMemory(program.image), index: { _, _ in nil }, slot: { _ in nil }, pageTable: { _ in nil })
            #expect(try KernelExpression.resolve("ALL", in: program.image).value(situation) == 35)
            #expect(throws: BindingError.self) { try KernelExpression.resolve("LOOP", in: program.image) }
        }
    }
}
