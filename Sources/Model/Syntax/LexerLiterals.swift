// Numbers and strings: `0x1F`, `4 KiB`, `"a \"quoted\" text"`.

extension Lexer {
    /// Reads a number whose first digit is next; 0 after a mistake, which is reported.
    mutating func readNumber() -> UInt64 {
        let start = offset
        let radix = readRadix()
        var value: UInt64 = 0
        var digitCount = 0
        var isTooLarge = false
        while let digit = Self.digit(peek(), radix: radix) {
            offset += 1
            guard let digit else { continue }
            digitCount += 1
            let (product, overflowed) = value.multipliedReportingOverflow(by: UInt64(radix))
            let (sum, carried) = product.addingReportingOverflow(UInt64(digit))
            isTooLarge = isTooLarge || overflowed || carried
            value = isTooLarge ? 0 : sum
        }
        let digitsEnd = offset
        let factor = readUnit()
        if factor == nil, Self.isWordByte(peek()) {
            while Self.isWordByte(peek()) { offset += 1 }
            reportMalformedNumber(from: start, digitsEnd: digitsEnd)
            return 0
        }
        if digitCount == 0 {
            let prefix = String(decoding: bytes[start..<offset], as: UTF8.self)
            report(.invalidNumber, "`\(prefix)` has no digits", from: start, to: offset)
            return 0
        }
        if radix == 10, digitCount > 1, bytes[start] == UInt8(ascii: "0") {
            report(
                .invalidNumber, "a decimal number does not begin with 0", from: start, to: offset,
                notes: ["in C this is octal; write it as decimal, `0x…` or `0b…`"])
            return 0
        }
        let (product, overflowed) = value.multipliedReportingOverflow(by: factor ?? 1)
        if isTooLarge || overflowed {
            report(
                .numberTooLarge, "this number is not below 2^64", from: start, to: offset,
                notes: ["the largest number is 18_446_744_073_709_551_615"])
            return 0
        }
        return product
    }

    private mutating func readRadix() -> UInt8 {
        guard peek() == UInt8(ascii: "0") else { return 10 }
        switch peek(1) {
        case UInt8(ascii: "x"), UInt8(ascii: "X"):
            offset += 2
            return 16
        case UInt8(ascii: "b"), UInt8(ascii: "B"):
            offset += 2
            return 2
        default:
            return 10
        }
    }

    /// The value of a digit; nil inside for `_`, nil outside for what ends the number.
    private static func digit(_ byte: UInt8, radix: UInt8) -> UInt8?? {
        let value: UInt8
        switch byte {
        case UInt8(ascii: "_"): return .some(nil)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): value = byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): value = byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): value = byte - UInt8(ascii: "A") + 10
        default: return nil
        }
        return value < radix ? .some(value) : nil
    }

    /// `KiB`, `MiB` or `GiB` after a number, with or without blanks between; moves past it only when it is there.
    private mutating func readUnit() -> UInt64? {
        var distance = 0
        while peek(distance) == UInt8(ascii: " ") { distance += 1 }
        let units: [(UInt8, UInt64)] = [
            (UInt8(ascii: "K"), 1 << 10), (UInt8(ascii: "M"), 1 << 20), (UInt8(ascii: "G"), 1 << 30),
        ]
        for (letter, factor) in units where peek(distance) == letter {
            let isUnit = peek(distance + 1) == UInt8(ascii: "i") && peek(distance + 2) == UInt8(ascii: "B")
            guard isUnit, !Self.isWordByte(peek(distance + 3)) else { return nil }
            offset += distance + 3
            return factor
        }
        return nil
    }

    private mutating func reportMalformedNumber(from start: Int, digitsEnd: Int) {
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        let suffix = String(decoding: bytes[digitsEnd..<offset], as: UTF8.self)
        var notes = ["numbers are written as 4096, 0x1000, 0b1010, 4_096 or 4 KiB"]
        switch suffix.lowercased() {
        case "u", "l", "ul", "ull", "ll": notes = ["C's suffix is not needed: a literal takes the type of its context"]
        case "kb", "k", "mb", "m", "gb", "g", "kib", "mib", "gib": notes = ["the units are `KiB`, `MiB` and `GiB`"]
        default: break
        }
        report(.invalidNumber, "`\(text)` is not a number", from: start, to: offset, notes: notes)
    }

    /// Reads a string whose opening quote is next; what was read so far after a mistake, which is reported.
    mutating func readString() -> String {
        let start = offset
        offset += 1
        var text: [UInt8] = []
        while offset < bytes.count, bytes[offset] != UInt8(ascii: "\n") {
            switch bytes[offset] {
            case UInt8(ascii: "\""):
                offset += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                readEscape(into: &text)
            default:
                text.append(bytes[offset])
                offset += 1
            }
        }
        var end = offset
        if end > start + 1, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        report(
            .unterminatedString, "this text has no closing quote on its line", from: start, to: end,
            notes: ["a newline inside a text is written `\\n`"])
        return String(decoding: text, as: UTF8.self)
    }

    private mutating func readEscape(into text: inout [UInt8]) {
        let start = offset
        offset += 1
        switch peek() {
        case UInt8(ascii: "\""): text.append(UInt8(ascii: "\""))
        case UInt8(ascii: "\\"): text.append(UInt8(ascii: "\\"))
        case UInt8(ascii: "n"): text.append(UInt8(ascii: "\n"))
        case UInt8(ascii: "t"): text.append(UInt8(ascii: "\t"))
        case UInt8(ascii: "u") where peek(1) == UInt8(ascii: "{"):
            readUnicodeEscape(from: start, into: &text)
            return
        default:
            if offset < bytes.count, bytes[offset] != UInt8(ascii: "\n"), bytes[offset] < 0x80 { offset += 1 }
            reportEscape(from: start)
            return
        }
        offset += 1
    }

    private mutating func readUnicodeEscape(from start: Int, into text: inout [UInt8]) {
        offset += 2
        var value: UInt32 = 0
        var digitCount = 0
        while let digit = Self.digit(peek(), radix: 16), let digit, digitCount < 8 {
            value = value << 4 | UInt32(digit)
            digitCount += 1
            offset += 1
        }
        guard peek() == UInt8(ascii: "}"), digitCount > 0, let scalar = Unicode.Scalar(value) else {
            if peek() == UInt8(ascii: "}") { offset += 1 }
            reportEscape(from: start)
            return
        }
        offset += 1
        text.append(contentsOf: Array(String(Character(scalar)).utf8))
    }

    private mutating func reportEscape(from start: Int) {
        let spelling = String(decoding: bytes[start..<offset], as: UTF8.self)
        report(
            .invalidEscape, "`\(spelling)` is no escape", from: start, to: offset,
            notes: ["the escapes are `\\\"`, `\\\\`, `\\n`, `\\t` and `\\u{1F4A5}`"])
    }
}
