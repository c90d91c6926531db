// The GDB stub, driven by Debian's gdb-multiarch through the product.
import Emu
import Foundation
import Testing

@Suite struct DebuggerTests {
    /// Hart 0 counts to five in memory through `work`; hart 1 adds to a word of its own for ever.
    static let guest = """
        .globl _start
        _start:
            csrr s0, mhartid
            la s1, counter
            la s3, other_counter
            li s2, 0
            bnez s0, other
        loop:
            call work
            addi s2, s2, 1
            li t0, 5
            blt s2, t0, loop
        done:
            li t0, 0x100000
            li t1, 0x5555
            sw t1, 0(t0)
        1:  j 1b
        .globl work, done, other, written
        work:
            ld t0, 0(s1)
            addi t0, t0, 1
            sd t0, 0(s1)
        written:
            ret
        other:
            li t0, 1
            amoadd.d x0, t0, (s3)
            j other
        .data
        .balign 8
        .globl counter, other_counter
        counter: .dword 0
        other_counter: .dword 0
        """

    /// What gdb prints for commands on the guest, or nil when there is no gdb.
    func session(_ commands: [String], guest: String = guest) throws -> String? {
        guard let gdb = Tool.find("gdb-multiarch") else {
            #expect(!Tool.isRequired, "gdb-multiarch is needed")
            return nil
        }
        let elf = try Guest.assemble(guest)
        return try Tool.withFolder { folder in
            let file = folder.appendingPathComponent("guest.elf")
            try Data(elf).write(to: file)
            let server = try Product.start([
                "boot", file.path, "--harts", "2", "--schedule", "round-robin:20", "--memory", "16MiB", "--gdb=0",
            ])
            defer { server.end() }
            let line = try server.errorLine()
            let port = try #require(line.split(separator: ":").last, "no port in: \(line)")
            let all = ["set pagination off", "set confirm off", "target remote localhost:\(port)"] + commands
            let run = try Tool.run(
                "/usr/bin/timeout",
                ["-s", "KILL", "60", gdb, "-nx", "-batch"] + all.flatMap { ["-ex", $0] } + [file.path],
                mergesErrors: true)
            return run.output
        }
    }

    /// Expects pieces of text in this order.
    func expect(_ output: String?, _ pieces: [String], _ location: SourceLocation = #_sourceLocation) {
        guard let output else { return }
        var rest = output[...]
        for piece in pieces {
            guard let place = rest.range(of: piece) else {
                Issue.record("gdb did not print \(piece) after what came before:\n\(output)", sourceLocation: location)
                return
            }
            rest = rest[place.upperBound...]
        }
    }

    @Test func threadsRegistersAndMemory() throws {
        expect(
            try session([
                "info threads", "print/x $pc", "print $mhartid", "thread 2", "print $mhartid", "print/x $misa",
                "print $priv", "set $s4 = 77", "print $s4", "set $mscratch = 0x123", "print/x $mscratch", "thread 1",
                "print $s4", "x/1gx &counter", "set {long}&counter = 41", "x/1gx &counter", "stepi", "print $s0",
                "print/x $pc", "set $fs0 = 1.5", "print $fs0", "x/1i $pc", "print/x *(long*)0x10",
            ]),
            [
                "Thread 1 (hart 0 [machine])", "Thread 2 (hart 1 [machine])", "$1 = 0x80000000", "$2 = 0", "$3 = 1",
                "$4 = 0x800000000014112d", "$5 = 3", "$6 = 77", "$7 = 0x123", "$8 = 0",
                "0x80001000:\t0x0000000000000000", "0x80001000:\t0x0000000000000029", "$9 = (void *) 0x0",
                "$10 = 0x80000004",
                "double = 1.5}", "auipc\ts1", "Cannot access memory at address 0x10",
            ])
    }

    @Test func breakpointsOfBothKinds() throws {
        expect(
            try session([
                "break *other", "continue", "info threads", "delete", "break *work", "continue", "print $s2",
                "continue", "print $s2", "x/1gx &counter", "delete",
                "hbreak *done", "continue", "print $s2", "x/1gx &counter", "delete",
            ]),
            [
                "Breakpoint 1, ", "other ()", "* 2    Thread 2", "Breakpoint 2, ", "work ()", "$1 = 2",
                "Breakpoint 2, ",
                "$2 = 3", "0x80001000:\t0x0000000000000003", "Hardware assisted breakpoint 3", "Breakpoint 3, ",
                "done ()", "$3 = 5", "0x80001000:\t0x0000000000000005",
            ])
    }

    @Test func watchpointsOfAllKinds() throws {
        expect(
            try session([
                "watch *(long*)&counter", "continue", "print $pc == (long)&written", "continue", "delete",
                "rwatch *(long*)&counter", "continue", "delete", "awatch *(long*)&other_counter", "continue",
                "print $mhartid",
            ]),
            [
                "Hardware watchpoint 1", "Old value = 0\nNew value = 1", "$1 = 1", "Old value = 1\nNew value = 2",
                "Hardware read watchpoint 2", "Value = 2", "Hardware access (read/write) watchpoint 3", "$2 = 1",
            ])
    }

    @Test func timeRunsBackwards() throws {
        expect(
            try session([
                "break *done", "continue", "monitor clock", "delete", "watch *(long*)&counter", "reverse-continue",
                "reverse-continue", "x/1gx &counter", "continue", "delete", "break *work", "reverse-continue",
                "print $s2", "reverse-continue", "print $s2", "reverse-stepi", "print/x $pc", "stepi", "print/x $pc",
                "delete", "reverse-continue", "monitor clock", "print/x $pc",
            ]),
            [
                "done ()", "Old value = 5\nNew value = 4", "Old value = 4\nNew value = 3",
                "0x80001000:\t0x0000000000000003", "Old value = 3\nNew value = 4", "work ()", "$1 = 3", "work ()",
                "$2 = 2", "$3 = 0x80000020", "$4 = 0x8000003c", "No more reverse-execution history", "0\n",
                "$5 = 0x80000000",
            ])
    }

    @Test func theSameWayBothTimes() throws {
        let output = try session([
            "break *done", "continue", "monitor hash", "monitor clock", "reverse-stepi", "reverse-stepi", "continue",
            "monitor hash", "monitor clock",
        ])
        guard let output else { return }
        let lines = output.split(separator: "\n").filter { $0.allSatisfy(\.isHexDigit) }
        #expect(lines.count == 4 && lines[0] == lines[2] && lines[1] == lines[3], "\(output)")
    }

    @Test func anExitCanBeGoneBackFrom() throws {
        expect(
            try session(["continue", "reverse-stepi", "print $s2", "x/1gx &counter", "continue", "continue"]),
            [
                "The guest ended: pass", "No more reverse-execution history", "$1 = 5",
                "0x80001000:\t0x0000000000000005", "No more reverse-execution history", "exited normally",
            ])
    }

    @Test func monitorCommands() throws {
        let echo = """
            .globl _start, got
            _start:
                li s0, 0x10000000
                csrr t0, mhartid
                bnez t0, park
            1:  lbu t0, 5(s0)
                andi t0, t0, 1
                beqz t0, 1b
                lbu s1, 0(s0)
            got: j got
            park: wfi
                j park
            """
        expect(
            try session(
                [
                    "monitor help", "monitor harts", "monitor send A", "break *got", "continue", "print $s1",
                    "monitor clock", "monitor goto 0", "monitor clock", "monitor goto 99999999999", "monitor goto x",
                    "flushregs", "continue", "print $s1",
                ], guest: echo),
            [
                "commands: clock", "hart 0: machine", "hart 1: machine", "sent", "got ()", "$1 = 65", "at clock 0", "0",
                "goto CLOCK", "goto CLOCK", "got ()", "$2 = 65",
            ])
    }

    @Test func malformedPacketsGetAnswers() throws {
        let machine = try Guest.machine(try Guest.assemble(Self.guest)) { $0.hartCount = 2 }
        let session = DebugSession(machine)
        session.isInterrupted = { true }
        let packets = [
            "", "g1", "G", "G00", "p", "pffffffff", "p-1", "P", "P0", "P0=", "P0=zz", "Pffff=0011", "m", "m,", "m0,1",
            "m80000000,ffffffffffffffff", "mffffffffffffffff,8", "M80000000,4:00", "M80000000", "M80000000,1:zz",
            "MFFFFFFFFFFFFFFFF,2:0000", "Z", "Z0", "Z9,0,0", "Z2,ffffffffffffffff,ffffffffffffffff", "z2,0,0", "Hg0",
            "Hgffff", "Hc-1", "H", "T", "T9", "vCont", "vCont;", "vCont;s:99", "vCont;x", "qXfer:features:read:x:0,1",
            "qXfer:features:read:target.xml:ffffffffff,1", "qXfer:features:read:target.xml:-1,-1", "qRcmd,", "qRcmd,zz",
            "qRcmd,676f746f202d31", "qThreadExtraInfo,0", "bx", "bs", "bc", "\u{1F600}",
        ]
        for packet in packets { _ = session.reply(to: packet) }
        #expect(session.reply(to: "?")?.hasPrefix("T05") == true)
        var generator = SeededGenerator(seed: Budget.seed ^ 77)
        let letters = Array("gGpPmMzZHTqQvb0123456789abcdef,:;=-")
        for _ in 0..<Budget.cases(1_000) {
            let text = String(
                (0..<Int.random(in: 0...12, using: &generator)).compactMap { _ in
                    letters.randomElement(using: &generator)
                })
            _ = session.reply(to: text)
        }
        #expect(session.reply(to: "?")?.hasPrefix("T05") == true)
    }
}
