// What all sleeps and wakeups of a channel have in common: the lock under which they happen.

/// How the lock of a channel's sleeps follows from the channel's indices.
struct ChannelRule: Equatable {
    /// One index of the lock.
    enum Index: Equatable {
        case channelIndex(Int)
        case constant(Value)
    }
    let lock: VariableID
    let indices: [Index]

    /// The key that must be held at an operation on the channel with these indices.
    func key(for channelIndices: [Formula]) -> LockKey? {
        var keys: [LockKey.Index] = []
        for index in indices {
            switch index {
            case .constant(let value): keys.append(.constant(value))
            case .channelIndex(let position):
                guard let key = LockKey.Index(channelIndices[position]) else { return nil }
                keys.append(key)
            }
        }
        return LockKey(lock: lock, indices: keys)
    }
}

/// The rule of each channel, where its sleeps agree on one.
struct ChannelRules {
    /// Nil entries: some sleep passes no lock, or they disagree.
    private var rules: [ChannelID: ChannelRule?] = [:]
    /// Channels with a wakeup that may come without the lock.
    private var unguardedWakeups: Set<ChannelID> = []

    /// Learns from the code of all processes, with `held` annotated.
    init(_ codes: [Code]) {
        for node in codes.flatMap(\.nodes) {
            guard case .sleep(let channel, let lock) = node.operation else { continue }
            let rule = lock.flatMap { Self.rule(channel, $0) }
            if let known = rules[channel.channel], known != rule {
                rules[channel.channel] = .some(nil)
            } else {
                rules[channel.channel] = rule
            }
        }
        for node in codes.flatMap(\.nodes) {
            switch node.operation {
            case .wakeup(let channel), .wakeupOne(let channel):
                if !holdsLock(of: channel, node) { unguardedWakeups.insert(channel.channel) }
            default: continue
            }
        }
    }

    private static func rule(_ channel: ChannelPlace, _ lock: Place) -> ChannelRule? {
        guard case .variable(let variable) = lock.root else { return nil }
        let channelKeys = channel.indices.map { LockKey.Index($0) }
        var indices: [ChannelRule.Index] = []
        for formula in lock.formulas {
            guard let key = LockKey.Index(formula) else { return nil }
            if case .constant(let value) = key {
                indices.append(.constant(value))
            } else if let position = channelKeys.firstIndex(of: key) {
                indices.append(.channelIndex(position))
            } else {
                return nil
            }
        }
        return ChannelRule(lock: variable, indices: indices)
    }

    /// Whether every sleep on the channel passes one lock, and this node holds it. True when nobody ever sleeps there.
    func holdsLock(of channel: ChannelPlace, _ node: Node) -> Bool {
        guard let entry = rules[channel.channel] else { return true }
        guard let rule = entry, let key = rule.key(for: channel.indices) else { return false }
        return node.held.contains(key)
    }

    /// Whether every sleep and wakeup on the channel happens under its lock.
    func isAlwaysUnderLock(_ channel: ChannelID) -> Bool {
        guard let entry = rules[channel], entry != nil else { return false }
        return !unguardedWakeups.contains(channel)
    }
}
