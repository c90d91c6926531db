// Macros that a file's debug information keeps (-g3, -fdebug-macro).

import Emu

/// Macros without parameters, by name, with the text that they stand for.
package struct MacroTable: Sendable {
    private var texts: [String: String] = [:]

    /// Reads all macros of a file. What cannot be read is left out.
    ///
    /// DWARF 5, "Macro Information"; DWARF 2 to 4, `.debug_macinfo`.
    init(_ executable: ExecutableFile, _ file: DwarfFile) {
        func section(_ name: String) -> [UInt8] { Array(executable.section(".debug_\(name)") ?? []) }
        let macros = section("macro")
        for unit in file.units {
            guard let offset = unit.macroOffset else { continue }
            var visited: Set<Int> = []
            try? read(macros, at: offset, unit, file, &visited, depth: 0)
        }
        let old = section("macinfo")
        if !old.isEmpty { try? readOld(old) }
    }

    /// The text of a macro.
    package subscript(name: String) -> String? { texts[name] }

    private mutating func define(_ text: String) {
        let parts = text.split(separator: " ", maxSplits: 1)
        // One with parameters is no constant.
        guard let name = parts.first, !name.contains("("), parts.count == 2 else { return }
        texts[String(name)] = String(parts[1])
    }

    private mutating func read(
        _ section: [UInt8], at offset: Int, _ unit: DwarfUnit, _ file: DwarfFile, _ visited: inout Set<Int>, depth: Int
    ) throws(SymbolError) {
        guard depth < 50, visited.count < 10_000, visited.insert(offset).inserted else { return }
        var cursor = DwarfCursor(section, at: offset)
        let version = try cursor.fixed(2)
        guard version == 4 || version == 5 else { return }
        let flags = try cursor.byte()
        let isWide = flags & 1 != 0
        if flags & 2 != 0 { try cursor.skip(isWide ? 8 : 4) }
        if flags & 4 != 0 { return }
        while true {
            switch try cursor.byte() {
            case 0: return
            case 1:
                _ = try cursor.unsigned()
                let start = cursor.position
                try cursor.skipText()
                DwarfCursor.text(section, at: start).map { define($0) }
            case 2:
                _ = try cursor.unsigned()
                try cursor.skipText()
            case 3:
                _ = try cursor.unsigned()
                _ = try cursor.unsigned()
            case 4: continue
            case 5:
                _ = try cursor.unsigned()
                let text = DwarfCursor.text(file.sections.strings, at: try cursor.offset(isWide: isWide))
                text.map { define($0) }
            case 6:
                _ = try cursor.unsigned()
                _ = try cursor.offset(isWide: isWide)
            case 7: try read(section, at: try cursor.offset(isWide: isWide), unit, file, &visited, depth: depth + 1)
            case 0x0b:
                _ = try cursor.unsigned()
                file.text(.textIndex(Int(clamping: try cursor.unsigned())), in: unit).map { define($0) }
            case 0x0c:
                _ = try cursor.unsigned()
                _ = try cursor.unsigned()
            default: return
            }
        }
    }

    private mutating func readOld(_ section: [UInt8]) throws(SymbolError) {
        var cursor = DwarfCursor(section, at: 0)
        while !cursor.isAtEnd {
            switch try cursor.byte() {
            case 1:
                _ = try cursor.unsigned()
                let start = cursor.position
                try cursor.skipText()
                DwarfCursor.text(section, at: start).map { define($0) }
            case 2, 0xff:
                _ = try cursor.unsigned()
                try cursor.skipText()
            case 3:
                _ = try cursor.unsigned()
                _ = try cursor.unsigned()
            default: continue
            }
        }
    }
}
