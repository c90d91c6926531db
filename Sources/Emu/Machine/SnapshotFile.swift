// Snapshots in files: written whole, read with every count checked.

extension Snapshot {
    private static let magic: UInt64 = 0x3250_414e_534d_4853

    /// The snapshot as bytes, the same for the same state.
    package func serialized() -> [UInt8] {
        var writer = StateWriter()
        writer.word(Self.magic)
        shape.save(to: &writer)
        for hart in harts {
            writer.words(hart.words)
            writer.word(hart.reservation)
            for index in 0..<3 * TLBEntry.count {
                let entry = hart.tlbs.entries[index]
                for word in [entry.page, entry.target, entry.info, entry.generation] { writer.word(word) }
            }
        }
        writer.data(devices.bytes)
        writer.word(clock)
        writer.data(Array(turns.schedule.description.utf8))
        writer.words(turns.words)
        var code: [UInt64] = [0, 0]
        switch outcome {
        case nil: break
        case .pass: code = [1, 0]
        case .fail(let number): code = [2, number]
        case .reset: code = [3, 0]
        }
        writer.words(code)
        for bytes in [output.host, output.serial, output.console] { writer.data(bytes) }
        var pages: [(Int, PageImage)] = []
        memory.visit { pages.append(($0, $1)) }
        writer.word(UInt64(pages.count))
        for (index, image) in pages {
            writer.word(UInt64(index))
            writer.data(UnsafeRawBufferPointer(start: image.bytes, count: PhysicalMemory.pageSize))
        }
        return writer.bytes
    }

    /// Reads what `serialized` made, for a machine of the same configuration.
    ///
    /// - Throws: `ImageError` when it is not a snapshot, is cut off, or is of another configuration.
    package init(_ bytes: [UInt8], for machine: Machine) throws(ImageError) {
        var reader = StateReader(bytes[...])
        guard reader.word() == Self.magic else { throw ImageError("not a snapshot") }
        guard let shape = MachineShape(from: &reader) else { throw ImageError("a snapshot that is cut off") }
        if let difference = shape.difference(from: machine.shape) {
            throw ImageError("a snapshot of another machine: \(difference)")
        }
        self.shape = shape
        let memory = machine.fabric.memory
        let pageCount = memory.pageCount
        var harts: [HartImage] = []
        for _ in 0..<shape.hartCount {
            let words = reader.words()
            let reservation = reader.word()
            guard reader.isIntact, words.count == Slot.wordCount else { throw ImageError("a snapshot that is cut off") }
            guard reservation == .max || reservation & 7 == 0 && memory.contains(reservation, 8) else {
                throw ImageError("a snapshot with a reservation outside of memory")
            }
            var entries = [TLBEntry](repeating: TLBEntry(), count: 3 * TLBEntry.count)
            for index in entries.indices {
                entries[index] = TLBEntry(
                    page: reader.word(), target: reader.word(), info: reader.word(), generation: reader.word())
            }
            harts.append(HartImage(words: words, reservation: reservation, tlbs: TLBImage(copying: entries)))
        }
        self.harts = harts
        devices = DeviceImage(reader.data())
        clock = reader.word()
        let text = String(decoding: reader.data(), as: UTF8.self)
        let position = reader.words()
        let code = reader.words()
        guard let schedule = Schedule(parsing: text), position.count == 4, code.count == 2,
            Int64(bitPattern: position[0]) < Int64(shape.hartCount), Int64(bitPattern: position[0]) >= -1
        else { throw ImageError("a snapshot with a broken schedule") }
        turns = TurnState(schedule, words: position)
        outcome = code[0] == 0 ? nil : code[0] == 1 ? .pass : code[0] == 2 ? .fail(code[1]) : .reset
        output = PendingOutput(host: reader.data(), serial: reader.data(), console: reader.data())
        var tree = PageTree(pageCount: pageCount)
        for _ in 0..<min(reader.word(), UInt64(pageCount)) {
            let index = reader.word()
            let page = reader.data()
            guard reader.isIntact, index < UInt64(pageCount), page.count == PhysicalMemory.pageSize else {
                throw ImageError("a snapshot with a page that is cut off or outside of memory")
            }
            page.withUnsafeBytes { if let start = $0.baseAddress { tree[Int(index)] = PageImage(copying: start) } }
        }
        guard reader.isIntact else { throw ImageError("a snapshot that is cut off") }
        self.memory = tree
    }
}

extension TurnState {
    init(_ schedule: Schedule, words: [UInt64]) {
        self.schedule = schedule
        hart = Int(Int64(bitPattern: words[0]))
        left = words[1]
        position = words[2]
        endsAtEvent = words[3] != 0
    }
}
