// Between the words of a packed state and the value trees of the reference semantics.

package import Model

extension StateLayout {
    /// The state that the words mean. Parts that are unused are ignored.
    package func decode(_ words: UnsafePointer<UInt64>) -> SystemState {
        let types = system.types
        let data = zip(system.variables, variables).map { variable, layout in
            (0..<layout.count).map {
                decode(words, layout.offset + $0 * layout.stride, layout.shape, variable.type, types)
            }
        }
        var states: [ProcessState] = []
        for (pid, layout) in processes.enumerated() {
            let (process, _) = system.kind(of: pid)
            var locals: [Value?] = Array(repeating: nil, count: process.code.locals.count)
            let code = Int(bits(words, layout.position.offset, layout.position.bits))
            var position = ProcessState.Position.finished
            if code == Self.idleCode(process) { position = .idle }
            if code >= 1, code <= process.points.count {
                position = .point(code - 1)
                for (local, offset, shape) in layout.points[code - 1] {
                    locals[local] = decode(words, layout.locals + offset, shape, process.code.locals[local].type, types)
                }
            }
            let channel = Int(bits(words, layout.channel.offset, layout.channel.bits))
            states.append(ProcessState(position: position, locals: locals, channel: channel))
        }
        return SystemState(data: data, processes: states)
    }

    /// The words of a state. The inverse of `decode`.
    package func encode(_ state: SystemState) -> [UInt64] {
        var words = Array(repeating: UInt64(0), count: wordCount)
        let types = system.types
        for (id, layout) in variables.enumerated() {
            for (instance, value) in state.data[id].enumerated() {
                encode(
                    value, system.variables[id].type, layout.shape, layout.offset + instance * layout.stride, &words,
                    types)
            }
        }
        for (pid, layout) in processes.enumerated() {
            let (process, _) = system.kind(of: pid)
            let process_ = state.processes[pid]
            switch process_.position {
            case .finished: break
            case .idle: setBits(&words, layout.position, UInt64(Self.idleCode(process)))
            case .point(let point):
                setBits(&words, layout.position, UInt64(Self.code(ofPoint: point)))
                for (local, offset, shape) in layout.points[point] {
                    guard let value = process_.locals[local] else { continue }
                    encode(value, process.code.locals[local].type, shape, layout.locals + offset, &words, types)
                }
            }
            setBits(&words, layout.channel, UInt64(process_.channel))
        }
        return words
    }

    private func bits(_ words: UnsafePointer<UInt64>, _ offset: Int, _ count: Int) -> UInt64 {
        guard count > 0 else { return 0 }
        let value = words[offset >> 6] >> UInt64(offset & 63)
        return count == 64 ? value : value & ((1 << UInt64(count)) - 1)
    }

    private func setBits(_ words: inout [UInt64], _ field: (offset: Int, bits: Int), _ value: UInt64) {
        guard field.bits > 0 else { return }
        words[field.offset >> 6] |= value << UInt64(field.offset & 63)
    }

    // MARK: Values

    private func decode(_ words: UnsafePointer<UInt64>, _ offset: Int, _ shape: Shape, _ type: Type, _ types: TypeTable)
        -> Value
    {
        switch (shape, type) {
        case (.scalar(let count, let lower), _):
            return scalar(bits(words, offset, count), lower, type)
        case (.optional(let payload, let payloadOffset, _), .optional(let wrapped)):
            guard bits(words, offset, 1) == 1 else { return .null }
            return .some(decode(words, offset + payloadOffset, payload, wrapped, types))
        case (.structure(let fields, _), .structure(let id)):
            return .structure(
                zip(fields, types.structures[id].fields).map {
                    decode(words, offset + $0.offset, $0.shape, $1.type, types)
                })
        case (.array(let element, let count, let stride, _), .array(let elementType, _)):
            return .array((0..<count).map { decode(words, offset + $0 * stride, element, elementType, types) })
        case (.sequence(let element, _, let countBits, let elementOffset, let stride, _), .sequence(let elementType, _)):
            let count = Int(bits(words, offset, countBits))
            return .sequence(
                (0..<count).map { decode(words, offset + elementOffset + $0 * stride, element, elementType, types) })
        case (.interned(let table, let inner, let count), _):
            let row = shapes.pool.tables[table].row(Int(bits(words, offset, count)))
            return decode(row, 0, inner, type, types)
        case (.set(let count), .set(let element)):
            let members = (0..<count).filter { bits(words, offset + $0, 1) == 1 }
            return .set(Set(members.map { types.value($0, of: element) }))
        default: preconditionFailure("the shape is not of the type")
        }
    }

    private func scalar(_ raw: UInt64, _ lower: Int64, _ type: Type) -> Value {
        switch type {
        case .bool: return .bool(raw == 1)
        case .lock: return .lock(holder: raw == 0 ? nil : Int(raw) - 1)
        case .integer(let integer):
            return .integer(integer.isUnsigned ? Int128(raw) + Int128(lower) : Int128(Int64(bitPattern: raw) &+ lower))
        default: return .member(Int(raw))
        }
    }

    /// Packs a value at a bit offset; the words there must be zero.
    func encode(
        _ value: Value, _ type: Type, _ shape: Shape, _ offset: Int, _ words: inout [UInt64], _ types: TypeTable
    ) {
        switch (shape, type, value) {
        case (.scalar(let bits, let lower), _, _):
            setBits(&words, (offset, bits), raw(value, lower))
        case (.interned(let table, let inner, let bits), _, _):
            var parts = Array(repeating: UInt64(0), count: inner.wordCount)
            encode(value, type, inner, 0, &parts, types)
            let number = parts.withUnsafeBufferPointer { buffer in
                buffer.baseAddress.map { shapes.pool.tables[table].number(of: $0) } ?? 0
            }
            precondition(number >= 0, "more struct values than numbers")
            setBits(&words, (offset, bits), UInt64(number))
        case (.optional, .optional, .null): break
        case (.optional(let payload, let payloadOffset, _), .optional(let wrapped), .some(let inner)):
            setBits(&words, (offset, 1), 1)
            encode(inner, wrapped, payload, offset + payloadOffset, &words, types)
        case (.structure(let fields, _), .structure(let id), .structure(let values)):
            for (index, field) in fields.enumerated() {
                encode(
                    values[index], types.structures[id].fields[index].type, field.shape, offset + field.offset, &words,
                    types)
            }
        case (.array(let element, _, let stride, _), .array(let elementType, _), .array(let values)):
            for (index, value) in values.enumerated() {
                encode(value, elementType, element, offset + index * stride, &words, types)
            }
        case (
            .sequence(let element, _, let countBits, let start, let stride, _), .sequence(let elementType, _),
            .sequence(let values)
        ):
            setBits(&words, (offset, countBits), UInt64(values.count))
            for (index, value) in values.enumerated() {
                encode(value, elementType, element, offset + start + index * stride, &words, types)
            }
        case (.set, .set(let element), .set(let members)):
            for member in members { setBits(&words, (offset + types.ordinal(of: member, in: element), 1), 1) }
        default: preconditionFailure("the value is not of the type")
        }
    }

    private func raw(_ value: Value, _ lower: Int64) -> UInt64 {
        switch value {
        case .bool(let flag): return flag ? 1 : 0
        case .member(let index): return UInt64(index)
        case .lock(let holder): return holder.map { UInt64($0 + 1) } ?? 0
        case .integer(let number): return UInt64(truncatingIfNeeded: number - Int128(lower))
        case .null: return 0
        case .some, .structure, .array, .sequence, .set: preconditionFailure("not a scalar")
        }
    }
}
