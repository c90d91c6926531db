// How a bound part of the model is found and read in the kernel.

package import Model

/// How a bound part of the model is found and read in the kernel.
package struct StateReader: Sendable {
    /// The kernel's side as written; of an `abstract` line the spec's expression.
    package let text: String
    /// For `abstract e`: e over the line's open indices, which are its locals. Nothing is read then.
    package let abstract: Formula?
    let code: ReaderCode?
    /// For a value that is never nil in the model: when the kernel's has no meaning (`unless`).
    let absence: ValueCode?
    /// Where it is, when it is one thing in memory.
    let place: PlaceCode?
    /// Bytes of it.
    let size: Int
}

/// How values are read, in the form of the model's type.
indirect enum ReaderCode: Sendable {
    case bool(ValueCode)
    case integer(ValueCode)
    /// By the names of enumerators: their values with the ordinals of cases, and names of those that are no case.
    case enumerated(ValueCode, ordinals: [Int128: Int], others: [Int128: String])
    /// An array of characters that holds the name of a case.
    case text(PlaceCode, count: Int, cases: [String])
    case number(ValueCode)
    /// A pointer to a slot of the process table.
    case slot(ValueCode, ElementTable)
    /// A pointer to an element of the array that a sort's elements are in.
    case element(ValueCode, ElementTable)
    case optional(isNil: ValueCode, ReaderCode)
    case structure([ReaderCode?])
    case array([ReaderCode])
    case lock(word: ValueCode, LockHolder)
}

/// An array whose elements are known by pointers to them.
struct ElementTable: Sendable, Hashable {
    let address: UInt64
    let stride: UInt64
    let count: Int

    /// The index of the element that starts at an address.
    func index(of address: UInt64) -> Int64? {
        let offset = address &- self.address
        guard stride > 0, offset % stride == 0, offset / stride < UInt64(count) else { return nil }
        return Int64(offset / stride)
    }
}

/// How a lock tells who has it.
enum LockHolder: Sendable {
    case unknown
    /// The number of a hart.
    case hart(ValueCode)
    /// A pointer to an element of `cpus`.
    case cpu(ValueCode, ElementTable)
    /// The kernel's number of a process.
    case process(ValueCode)
}

extension Evaluation {
    /// What is seen in the machine.
    func observe(_ code: ReaderCode) throws(BindingError) -> Observation {
        switch code {
        case .bool(let value): return .bool(try self.value(value) != 0)
        case .integer(let value): return .integer(try self.value(value))
        case .enumerated(let value, let ordinals, let others):
            let value = try self.value(value)
            return ordinals[value].map { .member($0) } ?? .foreign(others[value] ?? "\(value)")
        case .text(let place, let count, let cases):
            let text = try characters(place, count)
            return cases.firstIndex(of: text).map { .member($0) } ?? .foreign("\"\(text)\"")
        case .number(let value): return .number(Int64(truncatingIfNeeded: try self.value(value)))
        case .slot(let value, let table):
            return try element(value, table).map { .slot($0) } ?? .foreign("a pointer to no slot")
        case .element(let value, let table):
            return try element(value, table).map { .number($0) } ?? .foreign("a pointer to no element")
        case .optional(let isNil, let inner): return try value(isNil) != 0 ? .null : .some(try observe(inner))
        case .structure(let fields):
            var observed: [Observation?] = []
            for field in fields {
                if let field { observed.append(try observe(field)) } else { observed.append(nil) }
            }
            return .structure(observed)
        case .array(let elements):
            var observed: [Observation] = []
            for element in elements { observed.append(try observe(element)) }
            return .array(observed)
        case .lock(let word, let holder): return .lock(try lock(word, holder))
        }
    }

    private func element(_ value: ValueCode, _ table: ElementTable) throws(BindingError) -> Int64? {
        table.index(of: UInt64(truncatingIfNeeded: try self.value(value)))
    }

    private func lock(_ word: ValueCode, _ holder: LockHolder) throws(BindingError) -> ObservedLock {
        guard try value(word) != 0 else { return .free }
        switch holder {
        case .unknown: return .heldBySomeone
        case .hart(let value):
            let hart = try self.value(value)
            // Between the exchange of the word and the store of the holder it is held, and does not say so yet.
            return hart >= 0 && hart < 1 << 20 ? .held(hart: Int(hart)) : .heldBySomeone
        case .cpu(let value, let table):
            return try element(value, table).map { .held(hart: Int($0)) } ?? .heldBySomeone
        case .process(let value): return .heldByProcess(number: Int64(truncatingIfNeeded: try self.value(value)))
        }
    }

    private func characters(_ code: PlaceCode, _ count: Int) throws(BindingError) -> String {
        var bytes: [UInt8] = []
        for index in 0..<UInt64(min(count, 4096)) {
            let place = try place(.plus(code, index))
            guard let byte = situation.memory.load(place, size: 1) else {
                throw BindingError(.unreadable, part: text, "nothing is mapped there")
            }
            if byte == 0 { break }
            bytes.append(UInt8(byte))
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension StateBinding {
    /// Where an element is: the range that is watched for accesses.
    ///
    /// - Returns: the place of its first byte and its size; nil when it is computed from several places, or abstract.
    /// - Throws: `BindingError` when it has no place now: no partner, a null pointer, no page table.
    package func location(
        of element: BoundElement, _ situation: Situation
    ) throws(BindingError) -> (place: MemoryPlace, size: Int)? {
        guard let place = reader.place else { return nil }
        return (try evaluation(of: element, situation).place(place), reader.size)
    }

    /// What is seen of an element in the machine; nil for an `abstract` line.
    ///
    /// - Throws: `BindingError` when it cannot be read now.
    package func observe(_ element: BoundElement, _ situation: Situation) throws(BindingError) -> Observation? {
        guard let code = reader.code else { return nil }
        let evaluation = try evaluation(of: element, situation)
        if let absence = reader.absence, try evaluation.value(absence) != 0 {
            throw BindingError(.noMeaning, part: reader.text, "it has no meaning now, as `unless` says")
        }
        return try evaluation.observe(code)
    }

    private func evaluation(of element: BoundElement, _ situation: Situation) throws(BindingError) -> Evaluation {
        var indices: [Int64] = []
        indices.reserveCapacity(open.count)
        for (index, ordinal) in zip(open, element.open) {
            if let bounds = index.type.integer {
                indices.append(Int64(truncatingIfNeeded: bounds.lower + Int128(ordinal)))
            } else if let partner = situation.index(index.type, ordinal) {
                indices.append(partner)
            } else {
                throw BindingError(
                    .noPartner, part: index.name, "element \(ordinal) of \(index.name) has no partner in the kernel yet"
                )
            }
        }
        return Evaluation(situation: situation, indices: indices, text: reader.text)
    }
}
