// Native code as the machine sees it: how it is entered, and the block of memory that both share.

/// Native code of a program. Owns its memory.
final class MachineCode {
    /// Takes a `RunContext` and where to begin; returns how the run ended.
    typealias Entry = @convention(c) (UnsafeMutableRawPointer, UnsafeRawPointer) -> UInt64

    let entry: Entry
    /// Per instruction of the bytecode: where its code starts.
    let addresses: UnsafePointer<UnsafeRawPointer>
    /// The code.
    let bytes: UnsafeRawBufferPointer
    private let release: () -> Void

    /// - Parameters:
    ///   - bytes: executable; the entry is at its start.
    ///   - offsets: per instruction of the bytecode.
    ///   - release: gives the bytes back.
    init?(_ bytes: UnsafeRawBufferPointer, offsets: [Int32], release: @escaping () -> Void) {
        guard let base = bytes.baseAddress else { return nil }
        entry = unsafeBitCast(base, to: Entry.self)
        let addresses = UnsafeMutablePointer<UnsafeRawPointer>.allocate(capacity: offsets.count)
        for (index, offset) in offsets.enumerated() { (addresses + index).initialize(to: base + Int(offset)) }
        self.addresses = UnsafePointer(addresses)
        self.bytes = bytes
        self.release = release
    }

    deinit {
        addresses.deallocate()
        release()
    }
}

/// What native code knows of the machine that runs it. Each field has eight bytes.
struct RunContext {
    let memory: UnsafeMutablePointer<UInt64>
    let registers: UnsafeMutablePointer<Int64>
    /// Where the next successor goes in the batch, and where there is no more room.
    var nextRow: UnsafeMutablePointer<UInt64>
    var endOfRows: UnsafeMutablePointer<UInt64>
    /// Successors in the batch.
    var rowCount: Int
    var parent: Int
    var touched: UInt64
    let alwaysTouched: UInt64
    var ticks: Int
    let reached: UnsafeMutablePointer<UInt8>
    let enabledActions: UnsafeMutablePointer<Bool>
    let evaluations: UnsafeMutablePointer<Int>
    /// The table of the state store, and how far a hash is shifted to count its slots. What it names is only brought near.
    var slots: UnsafeRawPointer
    var homeShift: Int
    /// The machine, while it runs.
    var machine: UnsafeMutablePointer<Machine>?

    // How a run ended, in the low bits of the result; its site or holder is above them.
    static let done: Int64 = 0
    static let blocked: Int64 = 1
    static let blockedOnLock: Int64 = 2
    static let cut: Int64 = 4
    static let poolFull: Int64 = 5
    static let payloadShift = 8

    static func violated(site: Int) -> Int64 { 3 | Int64(site) << Int64(payloadShift) }

    /// How a run ended.
    static func status(_ result: UInt64) -> RunStatus {
        let payload = Int(Int64(bitPattern: result) >> Int64(payloadShift))
        switch result & 0xFF {
        case 0: return .done
        case 1: return .blocked
        case 2: return .blockedOnLock(payload)
        case 3: return .violated(site: payload)
        case 4: return .cut
        default: return .poolFull
        }
    }
}
