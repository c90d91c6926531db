// Expressions of the kernel's side: what is wrong is named, with the part at fault; and page tables.

import Foundation
import Replay
import Testing

@Suite struct ExpressionTests {
    private static let source = """
        struct lock { unsigned locked; int cpu; };
        struct proc { struct lock lock; int pid; unsigned long *pagetable; struct proc *parent; };
        struct proc proc[4];
        unsigned long table[512];
        double ratio;
        static int gone;
        void _start(void) { proc[0].pid = gone; for (;;) ; }
        """

    private static let mistakes: [(text: String, message: String)] = [
        ("proc[0].pagetabl", "struct proc has no member pagetabl; did you mean pagetable?"),
        ("pro[0].pid", "the kernel has no pro; did you mean proc?"),
        ("proc[7].pid", "proc has 4 elements"),
        ("proc.pid", "proc is of type struct proc[4], which has no members"),
        ("proc[0].pid.x", "proc[0].pid is of type int, which has no members"),
        ("proc[0].parent.pid", "proc[0].parent is a pointer: write proc[0].parent->pid"),
        ("proc[0].pid[1]", "proc[0].pid is of type int, which is no array"),
        ("*proc[0].pid", "proc[0].pid is of type int, which is no pointer"),
        ("proc[0] + 1", "proc[0] is of type struct proc, which is no number"),
        ("(struct prok *)table", "the kernel has no type struct prok; did you mean proc?"),
        ("proc[].pid", "an index is missing: only `pid` leaves it out"),
        (".pid", ".pid has a meaning after `unless` only"),
        ("sv39(proc[0].pid)", "sv39 takes a page table's address; proc[0].pid is of type int"),
        ("sv39(table)[1].dirt", "an Sv39 entry has no dirt"),
        ("acquire(proc)", "acquire is called: a binding runs no code"),
        ("proc[0", "expected `]`, found the end of the line"),
        ("proc[0].pid =", "expected an operator, found `=`"),
        ("1 +", "expected a variable, a number or `(`, found the end of the line"),
        ("\"proc", "a quote that does not end"),
        ("0x", "0x is no integer of C"),
        ("ratio", "ratio is of type double, which is no number"),
        (String(repeating: "(", count: 300), "the expression is nested too deeply"),
        (String(repeating: "1 + ", count: 500) + "1", "the expression is too long"),
    ]

    @Test func mistakesNameThePartAtFault() throws {
        let program = try CProgram(["main.c": Self.source], ["-g", "-O0"])
        let situation = Situation(
            memory: FileMemory(program.image), index: { _, _ in nil }, slot: { _ in nil }, pageTable: { _ in nil })
        for (text, message) in Self.mistakes {
            do {
                _ = try KernelExpression.resolve(text, in: program.image).value(situation)
                Issue.record("\(text.prefix(40)) is no mistake")
            } catch {
                let description = error.description
                #expect(description.hasPrefix(message), "\(text.prefix(40)): \(description)")
            }
        }
    }

    @Test func anOptimisedVariableIsSaidToBeGone() throws {
        let program = try CProgram(
            ["main.c": "static int hidden = 3;\nint shown;\nvoid _start(void) { shown = hidden; }\n"], ["-g", "-O2"])
        do {
            _ = try KernelExpression.resolve("hidden", in: program.image)
        } catch {
            #expect(error.description.hasPrefix("hidden has been optimised away"), "\(error.description)")
        }
    }

    /// Page tables in memory that is a dictionary of words.
    private struct Words: GuestMemory {
        var words: [UInt64: UInt64] = [:]
        let file: FileMemory
        func loadKernel(_ address: UInt64, size: Int) -> UInt64? {
            words[address] ?? file.loadKernel(address, size: size)
        }
        func loadPhysical(_ address: UInt64, size: Int) -> UInt64? {
            words[address] ?? (address < 0x9000_0000 ? 0 : nil)
        }
    }

    @Test func tablesAreWalkedToLeavesOfEverySize() throws {
        let program = try CProgram(["main.c": Self.source], ["-g", "-O0"])
        let root: UInt64 = 0x8100_0000
        func entry(_ to: UInt64, _ bits: UInt64) -> UInt64 { (to >> 12) << 10 | bits }
        func pointer(_ to: UInt64) -> UInt64 { entry(to, 1) }
        var memory = Words(file: FileMemory(program.image))
        // A leaf of 4 KiB for page 5, of 2 MiB for pages from 512, of 1 GiB for pages from 2^18.
        memory.words[root] = pointer(0x8100_1000)
        memory.words[root + 8] = entry(0xc000_0000, 0xf)
        memory.words[0x8100_1000] = pointer(0x8100_2000)
        memory.words[0x8100_1008] = entry(0x8820_0000, 0x7)
        memory.words[0x8100_2000 + 5 * 8] = entry(0x8765_4000, 0x113)
        let table = try #require(try KernelExpression.resolve("proc[2].pagetable", in: program.image).address)
        memory.words[table] = root
        let situation = Situation(memory: memory, index: { _, _ in nil }, slot: { _ in nil }, pageTable: { _ in nil })
        let cases: [(String, Int64)] = [
            ("sv39(proc[2].pagetable)[5].frame", 0x87654), ("sv39(proc[2].pagetable)[5].shared", 1),
            ("sv39(proc[2].pagetable)[5].write", 0), ("sv39(proc[2].pagetable)[5].user", 1),
            ("sv39(proc[2].pagetable)[6]", 0), ("sv39(proc[2].pagetable)[6].valid", 0),
            ("sv39(proc[2].pagetable)[512 + 7].frame", 0x88207), ("sv39(proc[2].pagetable)[512 + 7].write", 1),
            ("sv39(proc[2].pagetable)[0x40000 + 0x12345].address", 0xd234_5000),
            ("sv39(proc[2].pagetable)[0x80000]", 0), ("sv39(proc[1].pagetable)[0]", 0),
            ("sv39((unsigned long)1 << 63 | 0x81000)[5].frame", 0x87654), ("sv39(proc[2].pagetable)[1 << 27]", 0),
        ]
        for (text, expected) in cases {
            #expect(try KernelExpression.resolve(text, in: program.image).value(situation) == expected, "\(text)")
        }
    }
}
