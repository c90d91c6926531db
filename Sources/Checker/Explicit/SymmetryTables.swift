// Values that name elements of symmetric sorts, and how each changes when the elements are exchanged.

import Model

/// The tables of a system: one for each sort, one for pids, one for holders of locks, one for channels.
struct SymmetryTables {
    private(set) var tables: [SymmetryTable] = []
    private(set) var pieceStarts: [Int32] = [0]
    private(set) var pieces: [(point: Int32, stride: Int32)] = []
    private(set) var contents: [UInt64] = []
    /// Entries that have pieces.
    private(set) var moving: [Int32] = []
    private(set) var pidTable = 0
    private(set) var lockTable = 0
    private(set) var channelTable = 0

    init(_ system: TransitionSystem, _ group: SymmetryGroup) {
        let types = system.types
        for id in types.sorts.indices { add(types.sorts[id].count) { Self.pieces($0, .sort(id), group) } }
        pidTable = tables.count
        add(types.pidCount) { Self.pieces($0, .pid, group) }
        lockTable = tables.count
        add(types.pidCount + 1) { $0 == 0 ? [] : Self.pieces($0 - 1, .pid, group) }
        channelTable = tables.count
        let last = system.channels.last.map { $0.firstNumber + Self.count(of: $0, types) } ?? 1
        add(last) { number in
            guard let channel = system.channels.last(where: { $0.firstNumber <= number }), number > 0 else { return [] }
            return Self.pieces(of: channel, number - channel.firstNumber, types, group)
        }
    }

    /// Whether sleepers on different elements are told apart by their channels.
    var movesChannels: Bool {
        let table = tables[channelTable]
        return moving.contains { Int($0) >= table.first && Int($0) < table.first + table.count }
    }

    /// The table of values of a scalar type that moves.
    func table(of type: Type) -> Int {
        switch type {
        case .sort(let id): id
        case .pid: pidTable
        case .lock: lockTable
        default: preconditionFailure("nothing of this type moves")
        }
    }

    private mutating func add(_ count: Int, _ pieces: (Int) -> [(point: Int32, stride: Int32)]) {
        tables.append(SymmetryTable(first: contents.count, count: count))
        for value in 0..<count {
            let own = pieces(value)
            if !own.isEmpty { moving.append(Int32(contents.count)) }
            // What is left of a value when the elements that it names are taken out.
            let rest = own.reduce(Int64(value)) { $0 - Int64($1.stride) * Int64($1.point) }
            contents.append(UInt64(bitPattern: rest))
            self.pieces += own
            pieceStarts.append(Int32(self.pieces.count))
        }
    }

    private static func pieces(_ value: Int, _ type: Type, _ group: SymmetryGroup) -> [(point: Int32, stride: Int32)] {
        group.point(value, of: type).map { [(point: Int32($0), stride: Int32(1))] } ?? []
    }

    private static func count(of channel: ChannelDeclaration, _ types: TypeTable) -> Int {
        channel.dimensions.reduce(1) { $0 * Int(types.count(of: $1) ?? 1) }
    }

    private static func pieces(
        of channel: ChannelDeclaration, _ instance: Int, _ types: TypeTable, _ group: SymmetryGroup
    ) -> [(point: Int32, stride: Int32)] {
        var result: [(point: Int32, stride: Int32)] = []
        var (rest, stride) = (instance, 1)
        for dimension in channel.dimensions.reversed() {
            let count = Int(types.count(of: dimension) ?? 1)
            if let point = group.point(rest % count, of: dimension) { result.append((Int32(point), Int32(stride))) }
            rest /= count
            stride *= count
        }
        return result
    }
}
