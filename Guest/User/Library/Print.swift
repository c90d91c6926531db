// Printing: a line is put together in the program and written by one call, so that lines of several programs never mix.

/// Text with values in it, up to 200 bytes; what is longer is cut.
struct Line: ExpressibleByStringInterpolation {
    private var text: Text

    init(stringLiteral value: StaticString) {
        text = Text()
        text.append(value)
    }

    init(stringInterpolation interpolation: Text) { text = interpolation }

    /// Writes the text to the console.
    func write() { text.write() }
}

extension Line {
    typealias StringInterpolation = Text

    struct Text: StringInterpolationProtocol {
        typealias StringLiteralType = StaticString

        private var bytes = InlineArray<200, UInt8>(repeating: 0)
        private var count = 0

        init(literalCapacity: Int = 0, interpolationCount: Int = 0) {}

        mutating func appendLiteral(_ literal: StaticString) { append(literal) }

        mutating func append(_ literal: StaticString) {
            for i in 0..<literal.utf8CodeUnitCount { append(literal.utf8Start[i]) }
        }

        mutating func append(_ byte: UInt8) {
            guard count < bytes.count else { return }
            bytes[count] = byte
            count += 1
        }

        mutating func appendInterpolation(_ text: UnsafePointer<CChar>) {
            var at = text
            while at.pointee != 0 {
                append(UInt8(bitPattern: at.pointee))
                at += 1
            }
        }

        mutating func appendInterpolation(_ text: StaticString) { append(text) }
        mutating func appendInterpolation(_ number: Int32) { appendInterpolation(Int64(number)) }

        mutating func appendInterpolation(_ number: Int64) {
            if number < 0 { append(UInt8(ascii: "-")) }
            digits(number.magnitude, base: 10)
        }

        mutating func appendInterpolation(_ number: UInt64) { digits(number, base: 10) }

        mutating func appendInterpolation(hex number: UInt64) {
            append("0x")
            digits(number, base: 16)
        }

        /// Bytes as they are, but for those that cannot be printed.
        mutating func appendInterpolation(bytes start: UnsafePointer<UInt8>, count: Int) {
            for i in 0..<count { append((32..<127).contains(start[i]) ? start[i] : UInt8(ascii: ".")) }
        }

        private mutating func digits(_ number: UInt64, base: UInt64) {
            if number >= base { digits(number / base, base: base) }
            let digit = UInt8(number % base)
            append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }

        func write() {
            var copy = bytes
            var span = copy.mutableSpan
            span.withUnsafeMutableBytes { buffer in
                guard let base = buffer.baseAddress else { return }
                _ = User.write(base, UInt64(count))
            }
        }
    }
}

/// Prints a line.
func print(_ line: Line) { line.write() }
