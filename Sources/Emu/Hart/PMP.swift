// Physical memory protection: sixteen entries, decoded when they change, checked on every access that is not cached.

/// The configuration of one entry ("Physical Memory Protection CSRs").
enum PMPBits {
    static let read: UInt8 = 1
    static let write: UInt8 = 2
    static let execute: UInt8 = 4
    static let mode: UInt8 = 3 << 3
    static let locked: UInt8 = 1 << 7
}

/// The entries that are on, as address ranges in order of priority.
struct PMPRules {
    struct Rule {
        var first: UInt64
        /// The last address, so that a range can reach the top.
        var last: UInt64
        var configuration: UInt8
    }

    var rules: [Rule] = []

    /// What the rules say of an access.
    enum Answer { case granted, refused }

    /// Checks `count` bytes; the first rule that touches any of them must cover all of them.
    func answer(_ address: UInt64, _ count: UInt64, _ access: Access, _ privilege: Privilege) -> Answer {
        let last = address &+ (count - 1)
        for rule in rules where rule.first <= last && address <= rule.last {
            guard rule.first <= address && last <= rule.last else { return .refused }
            if privilege == .machine && rule.configuration & PMPBits.locked == 0 { return .granted }
            let needed: UInt8
            switch access {
            case .load: needed = PMPBits.read
            case .store: needed = PMPBits.write
            case .fetch: needed = PMPBits.execute
            }
            return rule.configuration & needed != 0 ? .granted : .refused
        }
        return privilege == .machine ? .granted : .refused
    }
}

extension Hart {
    private func configuration(_ index: Int) -> UInt8 {
        let word = self[index < 8 ? .pmpcfg0 : .pmpcfg2]
        return UInt8(truncatingIfNeeded: word >> UInt64(8 * (index & 7)))
    }

    private func pmpAddress(_ index: Int) -> UInt64 { words[Slot.pmpaddr0.rawValue + index] }

    func writePMPConfiguration(_ slot: Slot, _ value: UInt64) {
        var word = self[slot]
        for index in 0..<8 {
            let shift = UInt64(8 * index)
            let old = UInt8(truncatingIfNeeded: word >> shift)
            if old & PMPBits.locked != 0 { continue }
            var new = UInt8(truncatingIfNeeded: value >> shift) & 0x9f
            // Writable but not readable is reserved: the permissions stay as they were.
            if new & 3 == PMPBits.write { new = new & ~7 | old & 7 }
            word = word & ~(0xff << shift) | UInt64(new) << shift
        }
        self[slot] = word
        protectionChanged()
    }

    func writePMPAddress(_ index: Int, _ value: UInt64) {
        if configuration(index) & PMPBits.locked != 0 { return }
        if index < 15 {
            let next = configuration(index + 1)
            if next & PMPBits.locked != 0 && next & PMPBits.mode == 1 << 3 { return }
        }
        words[Slot.pmpaddr0.rawValue + index] = value
        protectionChanged()
    }

    /// Decodes the entries again and forgets pages that were granted under the old ones.
    func protectionChanged() {
        pmp.rules.removeAll()
        for index in 0..<16 {
            let bits = configuration(index)
            let address = pmpAddress(index)
            switch bits & PMPBits.mode {
            case 1 << 3:
                let first = index == 0 ? 0 : pmpAddress(index - 1) << 2
                let end = address << 2
                if first < end { pmp.rules.append(.init(first: first, last: end - 1, configuration: bits)) }
            case 2 << 3:
                pmp.rules.append(.init(first: address << 2, last: address << 2 | 3, configuration: bits))
            case 3 << 3:
                let below = address ^ (address &+ 1)
                let first = (address & ~below) << 2
                pmp.rules.append(.init(first: first, last: first | below << 2 | 3, configuration: bits))
            default:
                continue
            }
        }
        pages.forgetAll()
        contextChanged()
    }

    /// May the access happen?
    @inline(__always)
    func isProtected(_ address: UInt64, _ count: UInt64, _ access: Access, _ privilege: Privilege) -> Bool {
        if pmp.rules.isEmpty { return privilege != .machine }
        return pmp.answer(address, count, access, privilege) == .refused
    }
}
