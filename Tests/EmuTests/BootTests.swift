// `shmcheck boot` as a user meets it: bad input gets words and an exit code, never a crash.
import Emu
import Foundation
import Testing

@Suite struct BootTests {
    /// Runs `boot` on a file with these bytes.
    func boot(_ bytes: [UInt8], _ options: [String] = [], input: String? = nil) throws -> Product.Ending {
        try Tool.withFolder { folder in
            let file = folder.appendingPathComponent("kernel")
            try Data(bytes).write(to: file)
            return try Product.run(["boot", file.path, "--memory", "16MiB"] + options, input: input)
        }
    }

    func expect(
        _ ending: Product.Ending, code: Int32, says text: String, _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(!ending.wasKilled, "a signal ended it", sourceLocation: location)
        #expect(ending.status == code, "\(ending.error)", sourceLocation: location)
        #expect(text.isEmpty || ending.error.contains(text), "\(ending.error)", sourceLocation: location)
    }

    @Test func hostileExecutablesAreRefused() throws {
        let good = try Guest.assemble(DeviceTests.spin)
        func changed(_ offset: Int, _ bytes: [UInt8]) -> [UInt8] {
            var result = good
            result.replaceSubrange(offset..<offset + bytes.count, with: bytes)
            return result
        }
        // The first program header follows the ELF header.
        let header = 64
        let huge: [UInt8] = [0, 0, 0, 0, 0, 1, 0, 0]
        expect(try boot([]), code: 74, says: "empty")
        expect(try boot(Array(good.prefix(40))), code: 74, says: "cut off")
        expect(try boot(Array(good.prefix(100))), code: 74, says: "beyond the file's end")
        expect(try boot(changed(4, [1])), code: 74, says: "32-bit")
        expect(try boot(changed(5, [2])), code: 74, says: "big-endian")
        expect(try boot(changed(18, [62])), code: 74, says: "not RISC-V")
        expect(try boot(changed(header + 8, huge)), code: 74, says: "beyond the file's end")
        expect(try boot(changed(header + 40, huge)), code: 74, says: "outside of memory")
        expect(try boot(changed(header + 24, huge)), code: 74, says: "outside of memory")
        expect(
            try boot(changed(header + 40, [UInt8](repeating: 0xff, count: 8))), code: 74, says: "wraps around")
        let second = header + 56
        if good[56] >= 2 {
            let overlapping = changed(second, Array(good[header..<header + 56]))
            expect(try boot(overlapping), code: 74, says: "overlap")
        }
    }

    @Test func filesThatAreNotThere() throws {
        let spin = try Guest.assemble(DeviceTests.spin)
        expect(try Product.run(["boot", "/nowhere/kernel"]), code: 74, says: "/nowhere/kernel")
        expect(try boot(spin, ["--disk", "/nowhere/disk"]), code: 74, says: "/nowhere/disk")
        expect(try boot(spin, ["--bios", "/nowhere/bios"]), code: 74, says: "/nowhere/bios")
        expect(try boot(spin, ["--initrd", "/nowhere/initrd"]), code: 74, says: "/nowhere/initrd")
        expect(try boot(spin, ["--script", "/nowhere/script"]), code: 74, says: "/nowhere/script")
        expect(try boot(spin, ["--disk", "/"]), code: 74, says: "/:")
    }

    @Test func optionsThatMeanNothing() throws {
        let spin = try Guest.assemble(DeviceTests.spin)
        expect(try Product.run(["boot"]), code: 64, says: "needs a kernel")
        expect(try boot(spin, ["--harts", "9"]), code: 74, says: "1 to 8 harts")
        expect(try boot(spin, ["--memory", "lots"]), code: 64, says: "not a size")
        expect(try boot(spin, ["--memory", "5"]), code: 74, says: "whole pages")
        expect(try boot(spin, ["--schedule", "fair"]), code: 64, says: "not a schedule")
        expect(try boot(spin, ["--trace", "dreams"]), code: 64, says: "choose of")
    }

    /// A kernel that writes its first sector, reads it back and ends well.
    static let writer = """
        .globl _start
        _start:
            li s0, 0x10001000
            la s1, ring
            sw x0, 0x70(s0)
            li t0, 3
            sw t0, 0x70(s0)
            li t0, 1
            sw t0, 0x24(s0)
            sw t0, 0x20(s0)
            li t0, 11
            sw t0, 0x70(s0)
            sw x0, 0x30(s0)
            li t0, 8
            sw t0, 0x38(s0)
            sw s1, 0x80(s0)
            sw x0, 0x84(s0)
            li t1, 0x1000
            add t2, s1, t1
            sw t2, 0x90(s0)
            sw x0, 0x94(s0)
            add t3, t2, t1
            sw t3, 0xa0(s0)
            sw x0, 0xa4(s0)
            li t0, 1
            sw t0, 0x44(s0)
            li t0, 15
            sw t0, 0x70(s0)
            la t0, head             # header, data, status
            sd t0, 0(s1)
            li t0, 0x0001000100000010
            sd t0, 8(s1)
            la t0, data
            sd t0, 16(s1)
            li t0, 0x0002000100000200
            sd t0, 24(s1)
            la t0, status
            sd t0, 32(s1)
            li t0, 0x0000000200000001
            sd t0, 40(s1)
            li t0, 1
            sh t0, 2(t2)
            fence
            sw x0, 0x50(s0)
        3:  lhu a0, 2(t3)           # until it is in the used ring
            beqz a0, 3b
            lbu a0, status
            bnez a0, bad
            li t0, 0x100000
            li t1, 0x5555
            sw t1, 0(t0)
        1:  j 1b
        bad: li t0, 0x100000
            li t1, 0x3333
            slli a0, a0, 16
            or t1, t1, a0
            sw t1, 0(t0)
        2:  j 2b
        .data
        .balign 4096
        ring: .zero 4096*3
        head: .word 1, 0, 0, 0
        data: .fill 512, 1, 0x5a
        status: .byte 0xff
        """

    @Test func writesGoToTheFile() throws {
        let kernel = try Guest.assemble(Self.writer)
        try Tool.withFolder { folder in
            let disk = folder.appendingPathComponent("disk")
            let blank = [UInt8](repeating: 1, count: 2048)
            try Data(blank).write(to: disk)
            expect(try boot(kernel, ["--disk", disk.path, "--discard-writes"]), code: 0, says: "")
            #expect([UInt8](try Data(contentsOf: disk)) == blank)
            expect(try boot(kernel, ["--disk", disk.path]), code: 0, says: "")
            #expect(
                [UInt8](try Data(contentsOf: disk)) == [UInt8](repeating: 0x5a, count: 512) + blank.dropFirst(512))
        }
    }

    @Test func aDiskThatCannotBeWrittenIsToldFirst() throws {
        let kernel = try Guest.assemble(Self.writer)
        try Tool.withFolder { folder in
            // A program that runs cannot be written, not even by the superuser.
            let disk = folder.appendingPathComponent("busy")
            try FileManager.default.copyItem(atPath: "/bin/sleep", toPath: disk.path)
            let process = Process()
            process.executableURL = disk
            process.arguments = ["60"]
            try process.run()
            defer { process.terminate() }
            expect(try boot(kernel, ["--disk", disk.path]), code: 74, says: "--discard-writes")
            expect(try boot(kernel, ["--disk", disk.path, "--discard-writes"]), code: 0, says: "")
        }
    }

    @Test func aJumpIntoNowhereIsReported() throws {
        let kernel = try Guest.assemble(".globl _start\n_start: li t0, 0x1234\n jr t0\n")
        let ending = try boot(kernel, ["--limit", "100000"])
        expect(ending, code: 5, says: "instruction access fault")
        #expect(ending.error.contains("tval 0x0"), "\(ending.error)")
    }

    @Test func aRingThatLoopsIsRefused() throws {
        let looping = Self.writer.replacingOccurrences(
            of: "li t0, 0x0002000100000200", with: "li t0, 0x0000000100000200")
        let kernel = try Guest.assemble(looping)
        try Tool.withFolder { folder in
            let disk = folder.appendingPathComponent("disk")
            try Data([UInt8](repeating: 1, count: 2048)).write(to: disk)
            // The request never ends, and the kernel waits for it.
            expect(try boot(kernel, ["--disk", disk.path, "--limit", "1000000"]), code: 5, says: "limit")
            #expect([UInt8](try Data(contentsOf: disk)) == [UInt8](repeating: 1, count: 2048))
        }
    }

    @Test func aRawImageRuns() throws {
        // lui t0, 0x100; lui t1, 0x5; addi t1, t1, 0x555; sw t1, 0(t0)
        let words: [UInt32] = [0x0010_02b7, 0x0000_5337, 0x5553_0313, 0x0062_a023]
        let image = words.flatMap { word in withUnsafeBytes(of: word.littleEndian) { Array($0) } }
        let ending = try boot(image, ["--summary"])
        expect(ending, code: 0, says: "retired 4,")
    }

    @Test func pagesKeepOtherSections() {
        let row = ["a, 1 hart", "pass", "5", "1", "ff", "00", "11"]
        let first = Conformance.page("", with: Conformance.scriptSection("", titled: "X", row: row), titled: "X")
        let both = Conformance.page(first, with: "## Y\n\ntext\n", titled: "Y")
        #expect(both.contains("| a, 1 hart | pass | 5 |") && both.hasSuffix("## Y\n\ntext\n"))
        let other = ["b, 3 harts", "pass", "6", "1", "ee", "00", "11"]
        let again = Conformance.scriptSection(both, titled: "X", row: other)
        #expect(again.contains("| a, 1 hart |") && again.contains("| b, 3 harts |"))
        let changed = Conformance.scriptSection(both, titled: "X", row: ["a, 1 hart", "fail"] + row.dropFirst(2))
        #expect(changed.contains("| fail |") && !changed.contains("| pass |"))
        let page = Conformance.page(both, with: changed, titled: "X")
        #expect(page.contains("## Y\n\ntext\n") && page.contains("| fail |") && !page.contains("| pass |"))
        #expect(Conformance.page(page, with: changed, titled: "X") == page)
    }
}
