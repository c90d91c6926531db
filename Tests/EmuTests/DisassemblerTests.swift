// The disassembler against the toolchain's objdump, on random words and on words of every row.
import Emu
import Foundation
import Testing

@Suite struct DisassemblerTests {
    static let features = "+m,+a,+f,+d,+c,+zba,+zbb,+zbs,+zicbom,+zicboz,+svinval,+zifencei,+zicsr"

    @Test func agreesWithObjdump() throws {
        guard let objdump = Tool.toolchain("llvm-objdump"), let objcopy = Tool.toolchain("llvm-objcopy") else {
            #expect(!Tool.isRequired)
            return
        }
        var generator = SeededGenerator(seed: Budget.seed)
        print("seed 0x" + String(Budget.seed, radix: 16))
        var words: [UInt32] = (0..<Budget.cases(100_000)).map { _ in UInt32.random(in: .min ... .max, using: &generator)
        }
        for row in InstructionTable.rows {
            for _ in 0..<Budget.cases(100) {
                words.append(row.match | (UInt32.random(in: .min ... .max, using: &generator) & ~row.mask))
            }
        }
        // Longer encodings would swallow what follows them; each word stands alone among c.nop, so that objdump resumes.
        words.removeAll { $0 & 0x1f == 0x1f }
        let theirs = try Tool.withFolder { (folder: URL) in
            let (binary, object) = (folder.path + "/words.bin", folder.path + "/words.o")
            var data = Data()
            for word in words {
                let bits = word & 3 == 3 ? word : word & 0xffff | 0x0001_0000
                for part in [bits, 0x0001_0001, 0x0001_0001, 0x0001_0001] {
                    withUnsafeBytes(of: part.littleEndian) { data.append(contentsOf: $0) }
                }
            }
            try data.write(to: URL(fileURLWithPath: binary))
            try Tool.run(
                objcopy,
                ["-I", "binary", "-O", "elf64-littleriscv", "--rename-section", ".data=.text,code", binary, object])
            let text = try Tool.run(
                objdump, ["-d", "-M", "no-aliases", "--mattr=" + Self.features, object])
            return Self.lines(text.output)
        }
        var differences: [String] = []
        for (index, word) in words.enumerated() {
            let address = UInt64(index * 16)
            let ours = Disassembler.text(word, at: address)
            guard let their = theirs[address] else {
                differences.append("no line at \(address)")
                continue
            }
            if ours != their && !Self.isKnownDifference(word, ours, their) {
                differences.append("\(String(word, radix: 16)): ours \(ours), objdump \(their)")
            }
        }
        #expect(differences.isEmpty, "\(differences.count): \(differences.prefix(20).joined(separator: "\n"))")
    }

    /// Differences of policy, each with its reason.
    static func isKnownDifference(_ word: UInt32, _ ours: String, _ their: String) -> Bool {
        guard let instruction = Decoder.shared.decode(word) else { return false }
        switch instruction.opcode {
        case .fence, .fencei:
            // The manual: unused fields are for finer fences, and implementations ignore them. objdump rejects them.
            return their == "<unknown>" || word & 3 == 3 && word >> 28 != 0
        case .csrrw, .csrrs, .csrrc, .csrrwi, .csrrsi, .csrrci:
            // Names of registers that this machine does not have.
            return ControlNames.name(of: instruction.csr) == nil
        case .slli, .srli, .srai:
            // A compressed shift by zero is a hint that objdump spells as the 128-bit form.
            return instruction.immediate == 0 && their.hasPrefix(ours.prefix { $0 != " " } + "64 ")
        default:
            return false
        }
    }

    @Test func longEncodingsAreUnknown() {
        for low in stride(from: UInt32(0x1f), to: 0x10000, by: 0x20) {
            #expect(Disassembler.text(low, at: 0) == "<unknown>")
        }
    }

    /// Address to text, with blanks made single and symbol suffixes dropped.
    static func lines(_ output: String) -> [UInt64: String] {
        var result: [UInt64: String] = [:]
        for line in output.split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":"),
                let address = UInt64(line[..<colon].drop { $0 == " " }, radix: 16),
                let tab = line.firstIndex(of: "\t")
            else { continue }
            var text = line[line.index(after: tab)...].replacingOccurrences(of: "\t", with: " ")
            if let symbol = text.range(of: " <_binary") { text = String(text[..<symbol.lowerBound]) }
            result[address] = text
        }
        return result
    }
}
