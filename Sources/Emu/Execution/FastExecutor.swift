// The fast executor: predecoded blocks in one switch, falling back to the reference where it is not plain sailing.

extension Hart {
    /// The place of an access on the fast path, or nil: not granted, misaligned, or not RAM.
    @inline(__always)
    private static func find(
        _ table: UnsafeMutablePointer<PageEntry>, _ address: UInt64, _ width: UInt64, _ tag: UInt64
    ) -> UnsafeMutableRawPointer? {
        let entry = table + Int(truncatingIfNeeded: address >> 12 & UInt64(PageLookup.dataCount - 1))
        guard entry.pointee.tag == address & (~0xfff | (width - 1)) | tag else { return nil }
        // An entry that grants is of RAM, which is never at nil.
        let place = UnsafeMutableRawPointer(bitPattern: Int(truncatingIfNeeded: address) &+ entry.pointee.addend)
        return place.unsafelyUnwrapped
    }

    /// A load or store of integers that is misaligned, inside a page that the fast path may use; false when it is not.
    @inline(never)
    private func isDoneMisaligned(_ op: BlockOperation) -> Bool {
        let width: UInt64
        let kind = op.plainKind
        switch kind {
        case .lh, .lhu, .sh: width = 2
        case .lw, .lwu, .sw: width = 4
        case .ld, .sd: width = 8
        default: return false
        }
        let isStore = kind == .sh || kind == .sw || kind == .sd
        let address = words[Int(op.rs1)] &+ op.unsigned
        let entry = (isStore ? pages.store : pages.load) + Int(address >> 12 & UInt64(PageLookup.dataCount - 1))
        guard entry.pointee.tag == address & ~0xfff | pages.dataTag, address & 0xfff <= 4096 - width,
            let place = UnsafeMutableRawPointer(bitPattern: Int(truncatingIfNeeded: address) &+ entry.pointee.addend)
        else { return false }
        let value = words[Int(op.rs2)]
        switch kind {
        case .sh: place.storeBytes(of: UInt16(truncatingIfNeeded: value), as: UInt16.self)
        case .sw: place.storeBytes(of: UInt32(truncatingIfNeeded: value), as: UInt32.self)
        case .sd: place.storeBytes(of: value, as: UInt64.self)
        case .lh: words[Int(op.rd)] = UInt64(bitPattern: Int64(place.loadUnaligned(as: Int16.self)))
        case .lhu: words[Int(op.rd)] = UInt64(place.loadUnaligned(as: UInt16.self))
        case .lw: words[Int(op.rd)] = UInt64(bitPattern: Int64(place.loadUnaligned(as: Int32.self)))
        case .lwu: words[Int(op.rd)] = UInt64(place.loadUnaligned(as: UInt32.self))
        default: words[Int(op.rd)] = place.loadUnaligned(as: UInt64.self)
        }
        return true
    }

    /// Executes blocks from `pc` on.
    ///
    /// A block's instructions are charged when it is entered; what a taken branch or a trap leaves over is given back.
    ///
    /// - Parameter limit: how many instructions at most.
    /// - Returns: how much time passed; 0 when there is no block at `pc`, or it is longer than the limit.
    func runBlocks(limit: Int, _ store: BlockStore) -> Int {
        let x = words
        let loads = pages.load
        let stores = pages.store
        let fetches = pages.fetch
        let dataTag = pages.dataTag
        let fetchTag = pages.fetchTag
        let operations = store.operations
        let tables = store.tables
        let memory = Int(bitPattern: fabric.memory.bytes)
        let retired = self[.retired]
        let guardedPages = store.stops.pages
        let fencesAreEvents = store.stops.isOn && store.stops.checksEvents
        var left = limit
        var target = pc
        var page = ~UInt64(0)
        var table = store.emptyTable
        // The next block, where the jump to it knows it; else the jump to be told, if that is in the same page.
        var entry: UInt32 = 0
        var link: UnsafeMutablePointer<BlockOperation>?
        blocks: while true {
            if entry == 0 {
                if target & ~0xfff != page {
                    let slot = fetches + Int(truncatingIfNeeded: target >> 12 & UInt64(PageLookup.fetchCount - 1))
                    page = target & ~0xfff
                    let host = Int(truncatingIfNeeded: page) &+ slot.pointee.addend
                    guard slot.pointee.tag == page | fetchTag, let found = tables[(host &- memory) >> 12] else { break }
                    table =
                        guardedPages >> (page >> 12 & 63) & 1 == 0
                        ? found : store.table((host &- memory) >> 12, at: page)
                    link = nil
                }
                entry = table[Int(truncatingIfNeeded: target & 0xfff) >> 1]
                if let link { link.pointee.word = entry }
            }
            let count = Int(entry & 0xff)
            if count == 0 || count > left { break }
            left &-= count
            var op = operations + Int(entry >> 8)
            let end = op + count
            entry = 0
            link = nil
            while true {
                switch op.pointee.kind {
                case .addi:
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)] &+ op.pointee.unsigned
                    op += 1
                    continue
                case .slti:
                    x[Int(op.pointee.rd)] = signed(x[Int(op.pointee.rs1)]) < op.pointee.signed ? 1 : 0
                    op += 1
                    continue
                case .sltiu:
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)] < op.pointee.unsigned ? 1 : 0
                    op += 1
                    continue
                case .xori:
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)] ^ op.pointee.unsigned
                    op += 1
                    continue
                case .ori:
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)] | op.pointee.unsigned
                    op += 1
                    continue
                case .andi:
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)] & op.pointee.unsigned
                    op += 1
                    continue
                case .slli:
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)] &<< op.pointee.unsigned
                    op += 1
                    continue
                case .srli:
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)] &>> op.pointee.unsigned
                    op += 1
                    continue
                case .srai:
                    x[Int(op.pointee.rd)] = UInt64(bitPattern: signed(x[Int(op.pointee.rs1)]) &>> op.pointee.signed)
                    op += 1
                    continue
                case .add:
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)] &+ x[Int(op.pointee.rs2)]
                    op += 1
                    continue
                case .sub:
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)] &- x[Int(op.pointee.rs2)]
                    op += 1
                    continue
                case .sll:
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)] &<< x[Int(op.pointee.rs2)]
                    op += 1
                    continue
                case .slt:
                    x[Int(op.pointee.rd)] = signed(x[Int(op.pointee.rs1)]) < signed(x[Int(op.pointee.rs2)]) ? 1 : 0
                    op += 1
                    continue
                case .sltu:
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)] < x[Int(op.pointee.rs2)] ? 1 : 0
                    op += 1
                    continue
                case .xor:
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)] ^ x[Int(op.pointee.rs2)]
                    op += 1
                    continue
                case .srl:
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)] &>> x[Int(op.pointee.rs2)]
                    op += 1
                    continue
                case .sra:
                    x[Int(op.pointee.rd)] = UInt64(
                        bitPattern: signed(x[Int(op.pointee.rs1)]) &>> signed(x[Int(op.pointee.rs2)]))
                    op += 1
                    continue
                case .or:
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)] | x[Int(op.pointee.rs2)]
                    op += 1
                    continue
                case .and:
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)] & x[Int(op.pointee.rs2)]
                    op += 1
                    continue
                case .addiw:
                    x[Int(op.pointee.rd)] = sign32(x[Int(op.pointee.rs1)] &+ op.pointee.unsigned)
                    op += 1
                    continue
                case .slliw:
                    x[Int(op.pointee.rd)] = sign32(x[Int(op.pointee.rs1)] &<< (op.pointee.unsigned & 31))
                    op += 1
                    continue
                case .srliw:
                    x[Int(op.pointee.rd)] = sign32(
                        (x[Int(op.pointee.rs1)] & 0xffff_ffff) &>> (op.pointee.unsigned & 31))
                    op += 1
                    continue
                case .sraiw:
                    x[Int(op.pointee.rd)] = UInt64(
                        bitPattern: signed(sign32(x[Int(op.pointee.rs1)])) &>> (op.pointee.signed & 31))
                    op += 1
                    continue
                case .addw:
                    x[Int(op.pointee.rd)] = sign32(x[Int(op.pointee.rs1)] &+ x[Int(op.pointee.rs2)])
                    op += 1
                    continue
                case .subw:
                    x[Int(op.pointee.rd)] = sign32(x[Int(op.pointee.rs1)] &- x[Int(op.pointee.rs2)])
                    op += 1
                    continue
                case .sllw:
                    x[Int(op.pointee.rd)] = sign32(x[Int(op.pointee.rs1)] &<< (x[Int(op.pointee.rs2)] & 31))
                    op += 1
                    continue
                case .srlw:
                    x[Int(op.pointee.rd)] = sign32(
                        (x[Int(op.pointee.rs1)] & 0xffff_ffff) &>> (x[Int(op.pointee.rs2)] & 31))
                    op += 1
                    continue
                case .sraw:
                    x[Int(op.pointee.rd)] = UInt64(
                        bitPattern: signed(sign32(x[Int(op.pointee.rs1)])) &>> signed(x[Int(op.pointee.rs2)] & 31))
                    op += 1
                    continue
                case .mul:
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)] &* x[Int(op.pointee.rs2)]
                    op += 1
                    continue
                case .mulw:
                    x[Int(op.pointee.rd)] = sign32(x[Int(op.pointee.rs1)] &* x[Int(op.pointee.rs2)])
                    op += 1
                    continue
                case .mulhu:
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)].multipliedFullWidth(by: x[Int(op.pointee.rs2)]).high
                    op += 1
                    continue
                case .mulh:
                    x[Int(op.pointee.rd)] = UInt64(
                        bitPattern: signed(x[Int(op.pointee.rs1)]).multipliedFullWidth(
                            by: signed(x[Int(op.pointee.rs2)])
                        ).high)
                    op += 1
                    continue
                case .divu:
                    x[Int(op.pointee.rd)] = Arithmetic.divide(x[Int(op.pointee.rs1)], x[Int(op.pointee.rs2)])
                    op += 1
                    continue
                case .remu:
                    x[Int(op.pointee.rd)] = Arithmetic.remainder(x[Int(op.pointee.rs1)], x[Int(op.pointee.rs2)])
                    op += 1
                    continue
                case .div:
                    x[Int(op.pointee.rd)] = Arithmetic.divide(
                        signed(x[Int(op.pointee.rs1)]), signed(x[Int(op.pointee.rs2)]))
                    op += 1
                    continue
                case .rem:
                    x[Int(op.pointee.rd)] = Arithmetic.remainder(
                        signed(x[Int(op.pointee.rs1)]), signed(x[Int(op.pointee.rs2)]))
                    op += 1
                    continue
                case .divw:
                    x[Int(op.pointee.rd)] = sign32(
                        Arithmetic.divide(
                            signed(sign32(x[Int(op.pointee.rs1)])), signed(sign32(x[Int(op.pointee.rs2)]))))
                    op += 1
                    continue
                case .remw:
                    x[Int(op.pointee.rd)] = sign32(
                        Arithmetic.remainder(
                            signed(sign32(x[Int(op.pointee.rs1)])), signed(sign32(x[Int(op.pointee.rs2)]))))
                    op += 1
                    continue
                case .divuw:
                    x[Int(op.pointee.rd)] = Arithmetic.divideWord(x[Int(op.pointee.rs1)], x[Int(op.pointee.rs2)])
                    op += 1
                    continue
                case .remuw:
                    x[Int(op.pointee.rd)] = Arithmetic.remainderWord(x[Int(op.pointee.rs1)], x[Int(op.pointee.rs2)])
                    op += 1
                    continue
                case .addUw:
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs2)] &+ (x[Int(op.pointee.rs1)] & 0xffff_ffff)
                    op += 1
                    continue
                case .sh1add:
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs2)] &+ x[Int(op.pointee.rs1)] &<< 1
                    op += 1
                    continue
                case .sh2add:
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs2)] &+ x[Int(op.pointee.rs1)] &<< 2
                    op += 1
                    continue
                case .sh3add:
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs2)] &+ x[Int(op.pointee.rs1)] &<< 3
                    op += 1
                    continue
                case .andn:
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)] & ~x[Int(op.pointee.rs2)]
                    op += 1
                    continue
                case .orn:
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)] | ~x[Int(op.pointee.rs2)]
                    op += 1
                    continue
                case .xnor:
                    x[Int(op.pointee.rd)] = ~(x[Int(op.pointee.rs1)] ^ x[Int(op.pointee.rs2)])
                    op += 1
                    continue
                case .max:
                    let a = x[Int(op.pointee.rs1)]
                    let b = x[Int(op.pointee.rs2)]
                    x[Int(op.pointee.rd)] = signed(a) > signed(b) ? a : b
                    op += 1
                    continue
                case .min:
                    let a = x[Int(op.pointee.rs1)]
                    let b = x[Int(op.pointee.rs2)]
                    x[Int(op.pointee.rd)] = signed(a) < signed(b) ? a : b
                    op += 1
                    continue
                case .maxu:
                    x[Int(op.pointee.rd)] = Swift.max(x[Int(op.pointee.rs1)], x[Int(op.pointee.rs2)])
                    op += 1
                    continue
                case .minu:
                    x[Int(op.pointee.rd)] = Swift.min(x[Int(op.pointee.rs1)], x[Int(op.pointee.rs2)])
                    op += 1
                    continue
                case .sextB:
                    x[Int(op.pointee.rd)] = UInt64(bitPattern: Int64(Int8(truncatingIfNeeded: x[Int(op.pointee.rs1)])))
                    op += 1
                    continue
                case .sextH:
                    x[Int(op.pointee.rd)] = UInt64(bitPattern: Int64(Int16(truncatingIfNeeded: x[Int(op.pointee.rs1)])))
                    op += 1
                    continue
                case .zextH:
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)] & 0xffff
                    op += 1
                    continue
                case .rori:
                    x[Int(op.pointee.rd)] = Arithmetic.rotateRight(x[Int(op.pointee.rs1)], op.pointee.unsigned)
                    op += 1
                    continue
                case .bexti:
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)] &>> op.pointee.unsigned & 1
                    op += 1
                    continue
                case .bext:
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)] &>> x[Int(op.pointee.rs2)] & 1
                    op += 1
                    continue
                case .clz:
                    x[Int(op.pointee.rd)] = UInt64(x[Int(op.pointee.rs1)].leadingZeroBitCount)
                    op += 1
                    continue
                case .ctz:
                    x[Int(op.pointee.rd)] = UInt64(x[Int(op.pointee.rs1)].trailingZeroBitCount)
                    op += 1
                    continue
                case .cpop:
                    x[Int(op.pointee.rd)] = UInt64(x[Int(op.pointee.rs1)].nonzeroBitCount)
                    op += 1
                    continue
                case .rev8:
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)].byteSwapped
                    op += 1
                    continue
                case .lui:
                    x[Int(op.pointee.rd)] = op.pointee.unsigned
                    op += 1
                    continue
                case .auipc:
                    x[Int(op.pointee.rd)] = page &+ UInt64(op.pointee.offset) &+ op.pointee.unsigned
                    op += 1
                    continue
                case .jal:
                    let pc = page &+ UInt64(op.pointee.offset)
                    x[Int(op.pointee.rd)] = pc &+ UInt64(op.pointee.length)
                    target = pc &+ op.pointee.unsigned
                    entry = op.pointee.word
                    link = op
                    continue blocks
                case .jalr:
                    target = (x[Int(op.pointee.rs1)] &+ op.pointee.unsigned) & ~1
                    x[Int(op.pointee.rd)] = page &+ UInt64(op.pointee.offset) &+ UInt64(op.pointee.length)
                    continue blocks
                case .beq:
                    if x[Int(op.pointee.rs1)] == x[Int(op.pointee.rs2)] {
                        target = page &+ UInt64(op.pointee.offset) &+ op.pointee.unsigned
                        left &+= end - op - 1
                        entry = op.pointee.word
                        link = op
                        continue blocks
                    }
                    op += 1
                    continue
                case .bne:
                    if x[Int(op.pointee.rs1)] != x[Int(op.pointee.rs2)] {
                        target = page &+ UInt64(op.pointee.offset) &+ op.pointee.unsigned
                        left &+= end - op - 1
                        entry = op.pointee.word
                        link = op
                        continue blocks
                    }
                    op += 1
                    continue
                case .blt:
                    if signed(x[Int(op.pointee.rs1)]) < signed(x[Int(op.pointee.rs2)]) {
                        target = page &+ UInt64(op.pointee.offset) &+ op.pointee.unsigned
                        left &+= end - op - 1
                        entry = op.pointee.word
                        link = op
                        continue blocks
                    }
                    op += 1
                    continue
                case .bge:
                    if signed(x[Int(op.pointee.rs1)]) >= signed(x[Int(op.pointee.rs2)]) {
                        target = page &+ UInt64(op.pointee.offset) &+ op.pointee.unsigned
                        left &+= end - op - 1
                        entry = op.pointee.word
                        link = op
                        continue blocks
                    }
                    op += 1
                    continue
                case .bltu:
                    if x[Int(op.pointee.rs1)] < x[Int(op.pointee.rs2)] {
                        target = page &+ UInt64(op.pointee.offset) &+ op.pointee.unsigned
                        left &+= end - op - 1
                        entry = op.pointee.word
                        link = op
                        continue blocks
                    }
                    op += 1
                    continue
                case .bgeu:
                    if x[Int(op.pointee.rs1)] >= x[Int(op.pointee.rs2)] {
                        target = page &+ UInt64(op.pointee.offset) &+ op.pointee.unsigned
                        left &+= end - op - 1
                        entry = op.pointee.word
                        link = op
                        continue blocks
                    }
                    op += 1
                    continue
                case .lb:
                    if let place = Self.find(loads, x[Int(op.pointee.rs1)] &+ op.pointee.unsigned, 1, dataTag) {
                        x[Int(op.pointee.rd)] = UInt64(bitPattern: Int64(place.load(as: Int8.self)))
                        op += 1
                        continue
                    }
                case .lh:
                    if let place = Self.find(loads, x[Int(op.pointee.rs1)] &+ op.pointee.unsigned, 2, dataTag) {
                        x[Int(op.pointee.rd)] = UInt64(bitPattern: Int64(place.load(as: Int16.self)))
                        op += 1
                        continue
                    }
                case .lw:
                    if let place = Self.find(loads, x[Int(op.pointee.rs1)] &+ op.pointee.unsigned, 4, dataTag) {
                        x[Int(op.pointee.rd)] = UInt64(bitPattern: Int64(place.load(as: Int32.self)))
                        op += 1
                        continue
                    }
                case .ld:
                    if let place = Self.find(loads, x[Int(op.pointee.rs1)] &+ op.pointee.unsigned, 8, dataTag) {
                        x[Int(op.pointee.rd)] = place.load(as: UInt64.self)
                        op += 1
                        continue
                    }
                case .lbu:
                    if let place = Self.find(loads, x[Int(op.pointee.rs1)] &+ op.pointee.unsigned, 1, dataTag) {
                        x[Int(op.pointee.rd)] = UInt64(place.load(as: UInt8.self))
                        op += 1
                        continue
                    }
                case .lhu:
                    if let place = Self.find(loads, x[Int(op.pointee.rs1)] &+ op.pointee.unsigned, 2, dataTag) {
                        x[Int(op.pointee.rd)] = UInt64(place.load(as: UInt16.self))
                        op += 1
                        continue
                    }
                case .lwu:
                    if let place = Self.find(loads, x[Int(op.pointee.rs1)] &+ op.pointee.unsigned, 4, dataTag) {
                        x[Int(op.pointee.rd)] = UInt64(place.load(as: UInt32.self))
                        op += 1
                        continue
                    }
                case .sb:
                    if let place = Self.find(stores, x[Int(op.pointee.rs1)] &+ op.pointee.unsigned, 1, dataTag) {
                        place.storeBytes(of: UInt8(truncatingIfNeeded: x[Int(op.pointee.rs2)]), as: UInt8.self)
                        op += 1
                        continue
                    }
                case .sh:
                    if let place = Self.find(stores, x[Int(op.pointee.rs1)] &+ op.pointee.unsigned, 2, dataTag) {
                        place.storeBytes(of: UInt16(truncatingIfNeeded: x[Int(op.pointee.rs2)]), as: UInt16.self)
                        op += 1
                        continue
                    }
                case .sw:
                    if let place = Self.find(stores, x[Int(op.pointee.rs1)] &+ op.pointee.unsigned, 4, dataTag) {
                        place.storeBytes(of: UInt32(truncatingIfNeeded: x[Int(op.pointee.rs2)]), as: UInt32.self)
                        op += 1
                        continue
                    }
                case .sd:
                    if let place = Self.find(stores, x[Int(op.pointee.rs1)] &+ op.pointee.unsigned, 8, dataTag) {
                        place.storeBytes(of: UInt64(truncatingIfNeeded: x[Int(op.pointee.rs2)]), as: UInt64.self)
                        op += 1
                        continue
                    }
                case .fld:
                    if x[Slot.mstatus.rawValue] & Status.fs == Status.fs,
                        let place = Self.find(loads, x[Int(op.pointee.rs1)] &+ op.pointee.unsigned, 8, dataTag)
                    {
                        x[Int(op.pointee.rd)] = place.load(as: UInt64.self)
                        op += 1
                        continue
                    }
                case .fsd:
                    if x[Slot.mstatus.rawValue] & Status.fs == Status.fs,
                        let place = Self.find(stores, x[Int(op.pointee.rs1)] &+ op.pointee.unsigned, 8, dataTag)
                    {
                        place.storeBytes(of: x[Int(op.pointee.rs2)], as: UInt64.self)
                        op += 1
                        continue
                    }
                case .flw:
                    if x[Slot.mstatus.rawValue] & Status.fs == Status.fs,
                        let place = Self.find(loads, x[Int(op.pointee.rs1)] &+ op.pointee.unsigned, 4, dataTag)
                    {
                        x[Int(op.pointee.rd)] = UInt64(place.load(as: UInt32.self)) | 0xffff_ffff << 32
                        op += 1
                        continue
                    }
                case .fsw:
                    if x[Slot.mstatus.rawValue] & Status.fs == Status.fs,
                        let place = Self.find(stores, x[Int(op.pointee.rs1)] &+ op.pointee.unsigned, 4, dataTag)
                    {
                        place.storeBytes(of: UInt32(truncatingIfNeeded: x[Int(op.pointee.rs2)]), as: UInt32.self)
                        op += 1
                        continue
                    }
                case .faddD:
                    if HostFloat.isReady(x, op.pointee.rm), HostFloat.isPlain(x[Int(op.pointee.rs1)]),
                        HostFloat.isPlain(x[Int(op.pointee.rs2)])
                    {
                        let a = Double(bitPattern: x[Int(op.pointee.rs1)])
                        let b = Double(bitPattern: x[Int(op.pointee.rs2)])
                        let result = (a + b).bitPattern
                        if HostFloat.isSafe(result) {
                            x[Int(op.pointee.rd)] = result
                            op += 1
                            continue
                        }
                    }
                case .fsubD:
                    if HostFloat.isReady(x, op.pointee.rm), HostFloat.isPlain(x[Int(op.pointee.rs1)]),
                        HostFloat.isPlain(x[Int(op.pointee.rs2)])
                    {
                        let a = Double(bitPattern: x[Int(op.pointee.rs1)])
                        let b = Double(bitPattern: x[Int(op.pointee.rs2)])
                        let result = (a - b).bitPattern
                        if HostFloat.isSafe(result) {
                            x[Int(op.pointee.rd)] = result
                            op += 1
                            continue
                        }
                    }
                case .fmulD:
                    if HostFloat.isReady(x, op.pointee.rm), HostFloat.isPlain(x[Int(op.pointee.rs1)]),
                        HostFloat.isPlain(x[Int(op.pointee.rs2)])
                    {
                        let a = Double(bitPattern: x[Int(op.pointee.rs1)])
                        let b = Double(bitPattern: x[Int(op.pointee.rs2)])
                        let result = (a * b).bitPattern
                        if HostFloat.isSafe(result) {
                            x[Int(op.pointee.rd)] = result
                            op += 1
                            continue
                        }
                    }
                case .fdivD:
                    if HostFloat.isReady(x, op.pointee.rm), HostFloat.isPlain(x[Int(op.pointee.rs1)]),
                        HostFloat.isPlain(x[Int(op.pointee.rs2)])
                    {
                        let a = Double(bitPattern: x[Int(op.pointee.rs1)])
                        let b = Double(bitPattern: x[Int(op.pointee.rs2)])
                        let result = (a / b).bitPattern
                        if HostFloat.isSafe(result) {
                            x[Int(op.pointee.rd)] = result
                            op += 1
                            continue
                        }
                    }
                case .fmaddD:
                    if HostFloat.isReady(x, op.pointee.rm), HostFloat.isPlain(x[Int(op.pointee.rs1)]),
                        HostFloat.isPlain(x[Int(op.pointee.rs2)]),
                        HostFloat.isPlain(x[Slot.float + Int(op.pointee.word >> 27)])
                    {
                        let a = Double(bitPattern: x[Int(op.pointee.rs1)])
                        let b = Double(bitPattern: x[Int(op.pointee.rs2)])
                        let c = Double(bitPattern: x[Slot.float + Int(op.pointee.word >> 27)])
                        let result = c.addingProduct(a, b).bitPattern
                        if HostFloat.isSafe(result) {
                            x[Int(op.pointee.rd)] = result
                            op += 1
                            continue
                        }
                    }
                case .faddS:
                    if HostFloat.isReady(x, op.pointee.rm), let a = HostFloat.single(x[Int(op.pointee.rs1)]),
                        let b = HostFloat.single(x[Int(op.pointee.rs2)]), let result = HostFloat.boxed(a + b)
                    {
                        x[Int(op.pointee.rd)] = result
                        op += 1
                        continue
                    }
                case .fsubS:
                    if HostFloat.isReady(x, op.pointee.rm), let a = HostFloat.single(x[Int(op.pointee.rs1)]),
                        let b = HostFloat.single(x[Int(op.pointee.rs2)]), let result = HostFloat.boxed(a - b)
                    {
                        x[Int(op.pointee.rd)] = result
                        op += 1
                        continue
                    }
                case .fmulS:
                    if HostFloat.isReady(x, op.pointee.rm), let a = HostFloat.single(x[Int(op.pointee.rs1)]),
                        let b = HostFloat.single(x[Int(op.pointee.rs2)]), let result = HostFloat.boxed(a * b)
                    {
                        x[Int(op.pointee.rd)] = result
                        op += 1
                        continue
                    }
                case .fdivS:
                    if HostFloat.isReady(x, op.pointee.rm), let a = HostFloat.single(x[Int(op.pointee.rs1)]),
                        let b = HostFloat.single(x[Int(op.pointee.rs2)]), let result = HostFloat.boxed(a / b)
                    {
                        x[Int(op.pointee.rd)] = result
                        op += 1
                        continue
                    }
                case .fmaddS:
                    if HostFloat.isReady(x, op.pointee.rm), let a = HostFloat.single(x[Int(op.pointee.rs1)]),
                        let b = HostFloat.single(x[Int(op.pointee.rs2)]),
                        let c = HostFloat.single(x[Slot.float + Int(op.pointee.word >> 27)]),
                        let result = HostFloat.boxed(c.addingProduct(a, b))
                    {
                        x[Int(op.pointee.rd)] = result
                        op += 1
                        continue
                    }
                case .fsgnjD:
                    if x[Slot.mstatus.rawValue] & Status.fs == Status.fs {
                        let sign: UInt64 = 1 << 63
                        x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)] & ~sign | x[Int(op.pointee.rs2)] & sign
                        op += 1
                        continue
                    }
                case .fmvXD:
                    if x[Slot.mstatus.rawValue] & Status.fs != 0 {
                        x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)]
                        op += 1
                        continue
                    }
                case .fmvDX:
                    if x[Slot.mstatus.rawValue] & Status.fs == Status.fs {
                        x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)]
                        op += 1
                        continue
                    }
                case .fltD:
                    if x[Slot.mstatus.rawValue] & Status.fs != 0, HostFloat.isPlain(x[Int(op.pointee.rs1)]),
                        HostFloat.isPlain(x[Int(op.pointee.rs2)])
                    {
                        let a = Double(bitPattern: x[Int(op.pointee.rs1)])
                        x[Int(op.pointee.rd)] = a < Double(bitPattern: x[Int(op.pointee.rs2)]) ? 1 : 0
                        op += 1
                        continue
                    }
                case .fence:
                    if !fencesAreEvents {
                        op += 1
                        continue
                    }
                case .ldLd:
                    let second = op + 1
                    let a = x[Int(op.pointee.rs1)] &+ op.pointee.unsigned
                    let b = x[Int(op.pointee.rs1)] &+ second.pointee.unsigned
                    if let place = Self.find(loads, a, 8, dataTag) {
                        x[Int(op.pointee.rd)] = place.load(as: UInt64.self)
                        if (a ^ b) & (~0xfff | 7) == 0 {
                            let other = place + Int(truncatingIfNeeded: b &- a)
                            x[Int(second.pointee.rd)] = other.load(as: UInt64.self)
                            op += 1
                        }
                        op += 1
                        continue
                    }
                case .lwLw:
                    let second = op + 1
                    let a = x[Int(op.pointee.rs1)] &+ op.pointee.unsigned
                    let b = x[Int(op.pointee.rs1)] &+ second.pointee.unsigned
                    if let place = Self.find(loads, a, 4, dataTag) {
                        x[Int(op.pointee.rd)] = UInt64(bitPattern: Int64(place.load(as: Int32.self)))
                        if (a ^ b) & (~0xfff | 3) == 0 {
                            let other = place + Int(truncatingIfNeeded: b &- a)
                            x[Int(second.pointee.rd)] = UInt64(bitPattern: Int64(other.load(as: Int32.self)))
                            op += 1
                        }
                        op += 1
                        continue
                    }
                case .lhLh:
                    let second = op + 1
                    let a = x[Int(op.pointee.rs1)] &+ op.pointee.unsigned
                    let b = x[Int(op.pointee.rs1)] &+ second.pointee.unsigned
                    if let place = Self.find(loads, a, 2, dataTag) {
                        x[Int(op.pointee.rd)] = UInt64(bitPattern: Int64(place.load(as: Int16.self)))
                        if (a ^ b) & (~0xfff | 1) == 0 {
                            let other = place + Int(truncatingIfNeeded: b &- a)
                            x[Int(second.pointee.rd)] = UInt64(bitPattern: Int64(other.load(as: Int16.self)))
                            op += 1
                        }
                        op += 1
                        continue
                    }
                case .sdSd:
                    let second = op + 1
                    let a = x[Int(op.pointee.rs1)] &+ op.pointee.unsigned
                    let b = x[Int(op.pointee.rs1)] &+ second.pointee.unsigned
                    if let place = Self.find(stores, a, 8, dataTag) {
                        place.storeBytes(of: x[Int(op.pointee.rs2)], as: UInt64.self)
                        if (a ^ b) & (~0xfff | 7) == 0 {
                            let other = place + Int(truncatingIfNeeded: b &- a)
                            other.storeBytes(of: x[Int(second.pointee.rs2)], as: UInt64.self)
                            op += 1
                        }
                        op += 1
                        continue
                    }
                case .ldMul:
                    if let place = Self.find(loads, x[Int(op.pointee.rs1)] &+ op.pointee.unsigned, 8, dataTag) {
                        let second = op + 1
                        x[Int(op.pointee.rd)] = place.load(as: UInt64.self)
                        x[Int(second.pointee.rd)] = x[Int(second.pointee.rs1)] &* x[Int(second.pointee.rs2)]
                        op += 2
                        continue
                    }
                case .mulAdd:
                    let second = op + 1
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)] &* x[Int(op.pointee.rs2)]
                    x[Int(second.pointee.rd)] = x[Int(second.pointee.rs1)] &+ x[Int(second.pointee.rs2)]
                    op += 2
                    continue
                case .addAdd:
                    let second = op + 1
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)] &+ x[Int(op.pointee.rs2)]
                    x[Int(second.pointee.rd)] = x[Int(second.pointee.rs1)] &+ x[Int(second.pointee.rs2)]
                    op += 2
                    continue
                case .slliAdd:
                    let second = op + 1
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)] &<< op.pointee.unsigned
                    x[Int(second.pointee.rd)] = x[Int(second.pointee.rs1)] &+ x[Int(second.pointee.rs2)]
                    op += 2
                    continue
                case .slliSrli:
                    let second = op + 1
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)] &<< op.pointee.unsigned
                    x[Int(second.pointee.rd)] = x[Int(second.pointee.rs1)] &>> second.pointee.unsigned
                    op += 2
                    continue
                case .slliSrai:
                    let second = op + 1
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)] &<< op.pointee.unsigned
                    x[Int(second.pointee.rd)] = UInt64(
                        bitPattern: signed(x[Int(second.pointee.rs1)]) &>> second.pointee.signed)
                    op += 2
                    continue
                case .andXor:
                    let second = op + 1
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)] & x[Int(op.pointee.rs2)]
                    x[Int(second.pointee.rd)] = x[Int(second.pointee.rs1)] ^ x[Int(second.pointee.rs2)]
                    op += 2
                    continue
                case .addiAddi:
                    let second = op + 1
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)] &+ op.pointee.unsigned
                    x[Int(second.pointee.rd)] = x[Int(second.pointee.rs1)] &+ second.pointee.unsigned
                    op += 2
                    continue
                case .luiAddi:
                    x[Int(op.pointee.rd)] = op.pointee.unsigned &+ (op + 1).pointee.unsigned
                    op += 2
                    continue
                case .luiAddiw:
                    x[Int(op.pointee.rd)] = sign32(op.pointee.unsigned &+ (op + 1).pointee.unsigned)
                    op += 2
                    continue
                case .auipcAddi:
                    let pc = page &+ UInt64(op.pointee.offset)
                    x[Int(op.pointee.rd)] = pc &+ op.pointee.unsigned &+ (op + 1).pointee.unsigned
                    op += 2
                    continue
                case .addiBne:
                    let second = op + 1
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)] &+ op.pointee.unsigned
                    op += 1
                    if x[Int(second.pointee.rs1)] != x[Int(second.pointee.rs2)] {
                        target = page &+ UInt64(second.pointee.offset) &+ second.pointee.unsigned
                        left &+= end - op - 1
                        entry = second.pointee.word
                        link = second
                        continue blocks
                    }
                    op += 1
                    continue
                case .addiBeq:
                    let second = op + 1
                    x[Int(op.pointee.rd)] = x[Int(op.pointee.rs1)] &+ op.pointee.unsigned
                    op += 1
                    if x[Int(second.pointee.rs1)] == x[Int(second.pointee.rs2)] {
                        target = page &+ UInt64(second.pointee.offset) &+ second.pointee.unsigned
                        left &+= end - op - 1
                        entry = second.pointee.word
                        link = second
                        continue blocks
                    }
                    op += 1
                    continue
                case .addiwBne:
                    let second = op + 1
                    x[Int(op.pointee.rd)] = sign32(x[Int(op.pointee.rs1)] &+ op.pointee.unsigned)
                    op += 1
                    if x[Int(second.pointee.rs1)] != x[Int(second.pointee.rs2)] {
                        target = page &+ UInt64(second.pointee.offset) &+ second.pointee.unsigned
                        left &+= end - op - 1
                        entry = second.pointee.word
                        link = second
                        continue blocks
                    }
                    op += 1
                    continue
                case .lbuBeq:
                    if let place = Self.find(loads, x[Int(op.pointee.rs1)] &+ op.pointee.unsigned, 1, dataTag) {
                        let second = op + 1
                        x[Int(op.pointee.rd)] = UInt64(place.load(as: UInt8.self))
                        op += 1
                        if x[Int(second.pointee.rs1)] == x[Int(second.pointee.rs2)] {
                            target = page &+ UInt64(second.pointee.offset) &+ second.pointee.unsigned
                            left &+= end - op - 1
                            entry = second.pointee.word
                            link = second
                            continue blocks
                        }
                        op += 1
                        continue
                    }
                case .lbuBne:
                    if let place = Self.find(loads, x[Int(op.pointee.rs1)] &+ op.pointee.unsigned, 1, dataTag) {
                        let second = op + 1
                        x[Int(op.pointee.rd)] = UInt64(place.load(as: UInt8.self))
                        op += 1
                        if x[Int(second.pointee.rs1)] != x[Int(second.pointee.rs2)] {
                            target = page &+ UInt64(second.pointee.offset) &+ second.pointee.unsigned
                            left &+= end - op - 1
                            entry = second.pointee.word
                            link = second
                            continue blocks
                        }
                        op += 1
                        continue
                    }
                case .lwBeq:
                    if let place = Self.find(loads, x[Int(op.pointee.rs1)] &+ op.pointee.unsigned, 4, dataTag) {
                        let second = op + 1
                        x[Int(op.pointee.rd)] = UInt64(bitPattern: Int64(place.load(as: Int32.self)))
                        op += 1
                        if x[Int(second.pointee.rs1)] == x[Int(second.pointee.rs2)] {
                            target = page &+ UInt64(second.pointee.offset) &+ second.pointee.unsigned
                            left &+= end - op - 1
                            entry = second.pointee.word
                            link = second
                            continue blocks
                        }
                        op += 1
                        continue
                    }
                case .lwBne:
                    if let place = Self.find(loads, x[Int(op.pointee.rs1)] &+ op.pointee.unsigned, 4, dataTag) {
                        let second = op + 1
                        x[Int(op.pointee.rd)] = UInt64(bitPattern: Int64(place.load(as: Int32.self)))
                        op += 1
                        if x[Int(second.pointee.rs1)] != x[Int(second.pointee.rs2)] {
                            target = page &+ UInt64(second.pointee.offset) &+ second.pointee.unsigned
                            left &+= end - op - 1
                            entry = second.pointee.word
                            link = second
                            continue blocks
                        }
                        op += 1
                        continue
                    }
                case .ldBeq:
                    if let place = Self.find(loads, x[Int(op.pointee.rs1)] &+ op.pointee.unsigned, 8, dataTag) {
                        let second = op + 1
                        x[Int(op.pointee.rd)] = place.load(as: UInt64.self)
                        op += 1
                        if x[Int(second.pointee.rs1)] == x[Int(second.pointee.rs2)] {
                            target = page &+ UInt64(second.pointee.offset) &+ second.pointee.unsigned
                            left &+= end - op - 1
                            entry = second.pointee.word
                            link = second
                            continue blocks
                        }
                        op += 1
                        continue
                    }
                case .ldBne:
                    if let place = Self.find(loads, x[Int(op.pointee.rs1)] &+ op.pointee.unsigned, 8, dataTag) {
                        let second = op + 1
                        x[Int(op.pointee.rd)] = place.load(as: UInt64.self)
                        op += 1
                        if x[Int(second.pointee.rs1)] != x[Int(second.pointee.rs2)] {
                            target = page &+ UInt64(second.pointee.offset) &+ second.pointee.unsigned
                            left &+= end - op - 1
                            entry = second.pointee.word
                            link = second
                            continue blocks
                        }
                        op += 1
                        continue
                    }
                case .end:
                    target = page &+ UInt64(op.pointee.offset)
                    continue blocks
                case .general:
                    break
                }
                if isDoneMisaligned(op.pointee) {
                    op += 1
                    continue
                }
                // The reference does it.
                pc = page &+ UInt64(op.pointee.offset)
                let rest = end - op - 1
                self[.retired] = retired &+ UInt64(limit &- left &- rest &- 1)
                do {
                    let following = pc &+ UInt64(op.pointee.length)
                    let instruction = try decode(op.pointee.word)
                    if store.stops.isOn && store.stops.isEvent(instruction, self) {
                        left &+= rest &+ 1
                        target = pc
                        break blocks
                    }
                    let after = try execute(instruction)
                    if self[.attention] == 0 && after == following {
                        op += 1
                        continue
                    }
                    left &+= rest
                    target = after
                    if self[.attention] == 0 { continue blocks }
                    break blocks
                } catch {
                    enter(error)
                    return limit &- left &- rest
                }
            }
        }
        pc = target
        self[.retired] = retired &+ UInt64(limit &- left)
        return limit &- left
    }
}
