// A listing of an ELF file's code sections, with symbols.

/// The disassembly of a file.
package struct Listing {
    private let file: ExecutableFile

    /// Takes the file.
    package init(_ file: ExecutableFile) { self.file = file }

    /// Hands the text out in pieces.
    package func print(_ output: (String) -> Void) {
        let names = Dictionary(
            file.symbols.filter { $0.isCode }.map { ($0.address, $0.name) }, uniquingKeysWith: { first, _ in first })
        for (address, contents) in file.codeSections {
            var position = contents.startIndex
            while contents.endIndex - position >= 2 {
                let pc = address + UInt64(position - contents.startIndex)
                var word = UInt32(contents[position]) | UInt32(contents[position + 1]) << 8
                let isWide = word & 3 == 3 && contents.endIndex - position >= 4
                if isWide { word |= UInt32(contents[position + 2]) << 16 | UInt32(contents[position + 3]) << 24 }
                if let name = names[pc] { output("\n\(digits(pc, 16)) <\(name)>:\n") }
                output(
                    "\(digits(pc, 8)): \(digits(UInt64(word), isWide ? 8 : 4))\t\(Disassembler.text(word, at: pc))\n")
                position += isWide ? 4 : 2
            }
        }
    }

    private func digits(_ value: UInt64, _ width: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
