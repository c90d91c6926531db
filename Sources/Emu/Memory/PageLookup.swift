// The fast way to a page: virtual page to host memory, for the context in force.

/// A page that may be accessed without further checks.
struct PageEntry {
    /// The virtual address of the page, with the context's number in bits 11:4.
    var tag: UInt64 = 0
    /// What to add to a virtual address to have the host's address.
    var addend: Int = 0
}

/// Direct-mapped tables of pages for loads, stores and fetches.
///
/// They hold nothing that the TLBs (or bare addressing) and PMP would not grant, so using them changes no result.
/// Contexts — privilege, `satp`, `SUM`, `MXR` — have numbers, so that a change of context costs no clearing.
final class PageLookup {
    static let dataCount = 4096
    static let fetchCount = 1024
    private static let contextCount = 32
    let load: UnsafeMutablePointer<PageEntry>
    let store: UnsafeMutablePointer<PageEntry>
    let fetch: UnsafeMutablePointer<PageEntry>
    /// Tags of the contexts for data and for fetches, already shifted: read by the executors before they start.
    let tags: UnsafeMutablePointer<UInt64>
    private let contexts: UnsafeMutablePointer<(key: UInt64, number: UInt64)>
    private var lastNumber: UInt64 = 0
    private var keys: (data: UInt64, fetch: UInt64) = (3, 3)

    init() {
        load = .allocate(capacity: 2 * Self.dataCount + Self.fetchCount)
        load.initialize(repeating: PageEntry(), count: 2 * Self.dataCount + Self.fetchCount)
        store = load + Self.dataCount
        fetch = store + Self.dataCount
        tags = .allocate(capacity: 2)
        tags.initialize(repeating: 0, count: 2)
        contexts = .allocate(capacity: Self.contextCount)
        contexts.initialize(repeating: (0, 0), count: Self.contextCount)
    }

    deinit {
        load.deallocate()
        tags.deallocate()
        contexts.deallocate()
    }

    var dataTag: UInt64 { tags[0] }
    var fetchTag: UInt64 { tags[1] }

    /// Makes the contexts with these keys the ones in force.
    func enter(data: UInt64, fetch: UInt64) {
        keys = (data, fetch)
        if lastNumber > 253 { clear() }
        tags[0] = number(of: data) << 4
        tags[1] = number(of: fetch) << 4
    }

    private func number(of key: UInt64) -> UInt64 {
        let slot = contexts + Int((key &* 0x9e37_79b9_7f4a_7c15) >> 59)
        if slot.pointee.number != 0 && slot.pointee.key == key { return slot.pointee.number }
        lastNumber += 1
        slot.pointee = (key, lastNumber)
        return lastNumber
    }

    /// Forgets everything without clearing the tables; `enter` must follow.
    func forgetAll() { contexts.update(repeating: (0, 0), count: Self.contextCount) }

    /// Forgets everything and stays in the contexts in force.
    func renew() {
        forgetAll()
        enter(data: keys.data, fetch: keys.fetch)
    }

    /// Is there an entry that grants the access in the context in force?
    func isGranted(_ access: Access, _ address: UInt64) -> Bool {
        let page = address & ~0xfff
        switch access {
        case .load: return load[Int(page >> 12 & UInt64(Self.dataCount - 1))].tag == page | dataTag
        case .store: return store[Int(page >> 12 & UInt64(Self.dataCount - 1))].tag == page | dataTag
        case .fetch: return fetch[Int(page >> 12 & UInt64(Self.fetchCount - 1))].tag == page | fetchTag
        }
    }

    /// Forgets one virtual page in all contexts.
    func forget(_ access: Access, _ page: UInt64) {
        switch access {
        case .load: load[Int(page & UInt64(Self.dataCount - 1))].tag = 0
        case .store: store[Int(page & UInt64(Self.dataCount - 1))].tag = 0
        case .fetch: fetch[Int(page & UInt64(Self.fetchCount - 1))].tag = 0
        }
    }

    private func clear() {
        load.update(repeating: PageEntry(), count: 2 * Self.dataCount + Self.fetchCount)
        forgetAll()
        lastNumber = 0
    }

    /// Notes that a page may be accessed in the context in force.
    func note(_ access: Access, virtual: UInt64, host: UnsafeMutableRawPointer) {
        let page = virtual & ~0xfff
        let addend = Int(bitPattern: host) &- Int(truncatingIfNeeded: page)
        switch access {
        case .load: load[Int(page >> 12 & UInt64(Self.dataCount - 1))] = PageEntry(tag: page | dataTag, addend: addend)
        case .store:
            store[Int(page >> 12 & UInt64(Self.dataCount - 1))] = PageEntry(tag: page | dataTag, addend: addend)
        case .fetch:
            fetch[Int(page >> 12 & UInt64(Self.fetchCount - 1))] = PageEntry(tag: page | fetchTag, addend: addend)
        }
    }
}
