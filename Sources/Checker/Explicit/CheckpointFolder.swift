// Where checkpoints are kept, and how their bytes are told from others.

/// A place for the files of checkpoints. Reading and writing are the caller's, so that the checker touches no file.
public protocol CheckpointFolder: Sendable {
    /// The program and its build: what another one kept is refused.
    var program: String { get }
    /// Seconds between two checkpoints of an exploration.
    var seconds: Double { get }
    /// Whether explorations go on from what is kept.
    var resumes: Bool { get }

    /// Puts bytes at an offset of a file, which is made where it is not there.
    func write(_ bytes: UnsafeRawBufferPointer, to name: String, at offset: Int) throws(CheckpointMistake)
    /// Returns when what was written to a file would outlive the machine.
    func synchronize(_ name: String) throws(CheckpointMistake)
    /// Makes bytes the content of a file, as a whole or not at all, and for good.
    func replace(_ name: String, with bytes: [UInt8]) throws(CheckpointMistake)
    /// The content of a small file; nil when there is none of that name.
    func content(of name: String) throws(CheckpointMistake) -> [UInt8]?
    /// Reads a file into memory from its beginning; false when it is shorter.
    func read(_ name: String, into bytes: UnsafeMutableRawBufferPointer) throws(CheckpointMistake) -> Bool
    /// Tells the user that no more checkpoints are written, and why.
    func giveUp(_ mistake: CheckpointMistake)
}

/// Why a checkpoint cannot be used or written.
public struct CheckpointMistake: Error, Sendable {
    /// What is wrong, with the name of the file.
    public let message: String

    /// A mistake in words.
    public init(message: String) { self.message = message }
}

/// A sum that changes with every word: each word is mixed in by a map that has an inverse, so that two strings that
/// differ in one word never have the same sum.
struct CheckpointSum {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    init() {}
    init(value: UInt64) { self.value = value }

    /// Adds bytes; those behind the last full word are padded with zeros.
    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        let full = bytes.count & ~7
        for offset in stride(from: 0, to: full, by: 8) {
            add(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        guard full < bytes.count else { return }
        var last: UInt64 = 0
        for offset in full..<bytes.count { last |= UInt64(bytes[offset]) << UInt64(8 * (offset - full)) }
        add(last)
    }

    private mutating func add(_ word: UInt64) {
        value = (value ^ word) &* 0x9E37_79B9_7F4A_7C15
        value ^= value >> 32
    }
}

/// Writes numbers and texts one behind the other.
struct CheckpointWriter {
    private(set) var bytes: [UInt8] = []

    mutating func add(_ number: UInt64) { withUnsafeBytes(of: number.littleEndian) { bytes += $0 } }
    mutating func add(_ number: Int) { add(UInt64(bitPattern: Int64(number))) }
    mutating func add(_ flag: Bool) { add(flag ? 1 : 0) }

    mutating func add(_ text: String) {
        add(text.utf8.count)
        bytes += text.utf8
    }

    mutating func add(_ numbers: [Int]) {
        add(numbers.count)
        for number in numbers { add(number) }
    }

    /// Closes with the sum of all that stands before it.
    mutating func close() {
        var sum = CheckpointSum()
        bytes.withUnsafeBytes { sum.add($0) }
        add(sum.value)
    }
}

/// Reads what a writer wrote; what is not there reads as a mistake, never as something else.
struct CheckpointReader {
    private let bytes: ArraySlice<UInt8>
    private var position: Int
    private let name: String

    /// A reader of closed bytes.
    ///
    /// - Throws: `CheckpointMistake` when they are cut off or were changed.
    init(_ bytes: [UInt8], name: String) throws(CheckpointMistake) {
        self.name = name
        guard bytes.count >= 8 else { throw CheckpointMistake(message: "\(name) is cut off") }
        let body = bytes.dropLast(8)
        var sum = CheckpointSum()
        body.withUnsafeBytes { sum.add($0) }
        let stored = bytes.suffix(8).enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << UInt64(8 * $1.offset) }
        guard sum.value == stored else { throw CheckpointMistake(message: "\(name) is damaged or cut off") }
        self.bytes = body
        position = body.startIndex
    }

    private var mistake: CheckpointMistake { CheckpointMistake(message: "\(name) has something else than it should") }

    mutating func word() throws(CheckpointMistake) -> UInt64 {
        guard bytes.endIndex - position >= 8 else { throw mistake }
        defer { position += 8 }
        return (0..<8).reduce(0) { $0 | UInt64(bytes[position + $1]) << UInt64(8 * $1) }
    }

    /// A number that is not negative.
    mutating func count() throws(CheckpointMistake) -> Int {
        guard let number = Int(exactly: try word()) else { throw mistake }
        return number
    }

    /// A number below a bound.
    mutating func number(below bound: Int) throws(CheckpointMistake) -> Int {
        let number = try count()
        guard number < bound else { throw mistake }
        return number
    }

    mutating func flag() throws(CheckpointMistake) -> Bool { try number(below: 2) == 1 }

    mutating func text() throws(CheckpointMistake) -> String {
        let length = try count()
        guard length <= bytes.endIndex - position else { throw mistake }
        defer { position += length }
        return String(decoding: bytes[position..<(position + length)], as: UTF8.self)
    }

    mutating func numbers() throws(CheckpointMistake) -> [Int] {
        let length = try count()
        guard length <= (bytes.endIndex - position) / 8 else { throw mistake }
        var numbers: [Int] = []
        for _ in 0..<length { numbers.append(try count()) }
        return numbers
    }

    /// Nothing may be left.
    func end() throws(CheckpointMistake) { if position != bytes.endIndex { throw mistake } }
}
