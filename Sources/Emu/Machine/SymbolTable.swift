// Names for addresses: the nearest symbol below, with its distance, and the source line.

/// Symbols and source lines of the kernel, by address.
package struct SymbolTable: Sendable {
    private let symbols: [ExecutableFile.Symbol]
    private let lines: LineTable

    /// No symbols.
    package init() {
        symbols = []
        lines = LineTable()
    }

    /// The symbols of a file.
    package init(_ file: ExecutableFile) {
        symbols = file.symbols
        lines = LineTable(file)
    }

    /// `file:line` of the code at an address, where the file says it.
    package func line(of address: UInt64) -> String? { lines.place(of: address) }

    /// The symbol that covers an address, or starts closest below it: `name` or `name+0x1c`.
    package func name(of address: UInt64) -> String? {
        var low = 0
        var high = symbols.count
        while low < high {
            let middle = (low + high) / 2
            if symbols[middle].address <= address { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return nil }
        let start = symbols[low - 1].address
        // Of several names for one address, a function's is the one people know.
        let equals = symbols[..<low].reversed().prefix { $0.address == start }
        guard let symbol = equals.first(where: { $0.isCode && $0.size > 0 }) ?? equals.first else { return nil }
        let distance = address - start
        guard distance < max(symbol.size, 0x1_0000) else { return nil }
        return distance == 0 ? symbol.name : "\(symbol.name)+0x\(String(distance, radix: 16))"
    }

    /// The address of a symbol.
    package func address(of name: String) -> UInt64? { symbols.first { $0.name == name }?.address }
}
