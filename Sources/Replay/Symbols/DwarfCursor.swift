// Takes numbers off a section of debug information; beyond its end is an error.

/// A place in a section, which moves on with what is read.
struct DwarfCursor {
    let bytes: [UInt8]
    private(set) var position: Int
    let end: Int

    /// A cursor over a part of a section; a part that lies outside is empty.
    init(_ bytes: [UInt8], at position: Int, end: Int? = nil) {
        self.bytes = bytes
        self.end = min(max(end ?? bytes.count, 0), bytes.count)
        self.position = max(position, 0)
    }

    var isAtEnd: Bool { position >= end }

    mutating func skip(_ count: UInt64) throws(SymbolError) {
        guard position <= end, count <= UInt64(end - position) else { throw .cutOff }
        position += Int(count)
    }

    mutating func byte() throws(SymbolError) -> UInt8 {
        guard position < end else { throw .cutOff }
        defer { position += 1 }
        return bytes[position]
    }

    /// A little-endian number of up to 8 bytes.
    mutating func fixed(_ count: Int) throws(SymbolError) -> UInt64 {
        guard position <= end, count <= end - position, count <= 8 else { throw .cutOff }
        var value: UInt64 = 0
        for index in 0..<count { value |= UInt64(bytes[position + index]) << UInt64(8 * index) }
        position += count
        return value
    }

    /// An offset into a section: 4 bytes, or 8 in the 64-bit format.
    mutating func offset(isWide: Bool) throws(SymbolError) -> Int { Int(clamping: try fixed(isWide ? 8 : 4)) }

    /// The length of a unit, with which its format is told ("Initial Length Values").
    mutating func initialLength() throws(SymbolError) -> (length: UInt64, isWide: Bool) {
        let short = try fixed(4)
        return short == 0xffff_ffff ? (try fixed(8), true) : (short, false)
    }

    /// Unsigned LEB128; bits beyond 64 are lost.
    mutating func unsigned() throws(SymbolError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try byte()
            if shift < 64 { value |= UInt64(byte & 0x7f) << shift }
            if byte & 0x80 == 0 { return value }
            shift += 7
        }
    }

    /// Signed LEB128.
    mutating func signed() throws(SymbolError) -> Int64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try byte()
            if shift < 64 { value |= UInt64(byte & 0x7f) << shift }
            shift += 7
            if byte & 0x80 != 0 { continue }
            if byte & 0x40 != 0 && shift < 64 { value |= UInt64.max << shift }
            return Int64(bitPattern: value)
        }
    }

    /// Goes over a string that a zero ends.
    mutating func skipText() throws(SymbolError) { while try byte() != 0 {} }

    /// The string that starts at an offset of a section; nil when it is not one.
    static func text(_ bytes: [UInt8], at offset: Int) -> String? {
        guard offset >= 0, offset < bytes.count, let end = bytes[offset...].firstIndex(of: 0) else { return nil }
        return String(decoding: bytes[offset..<end], as: UTF8.self)
    }
}
