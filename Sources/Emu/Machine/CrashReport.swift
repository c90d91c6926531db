// What a person needs when a guest stops: every hart's registers, where it is, and why it last trapped.

extension Machine {
    /// A text of all harts: pc with symbol and instruction, privilege, registers, and the last trap's CSRs.
    package func crashReport() -> String {
        harts.map { hart in
            var lines = ["hart \(hart.id): \(hart.privilege), clock \(clock), retired \(hart[.retired])"]
            lines.append("  pc \(place(hart.pc))  \(instructionText(hart))")
            lines += callers(hart)
            if hart[.mcause] != 0 || hart[.mepc] != 0 {
                lines.append(
                    "  M trap: \(causeWords(hart[.mcause])), epc \(place(hart[.mepc])), tval \(hex(hart[.mtval]))")
            }
            if hart[.scause] != 0 || hart[.sepc] != 0 {
                lines.append(
                    "  S trap: \(causeWords(hart[.scause])), epc \(place(hart[.sepc])), tval \(hex(hart[.stval]))")
            }
            lines.append("  satp \(hex(hart[.satp]))  mstatus \(hex(hart[.mstatus]))  waiting \(hart[.waiting])")
            for row in 0..<8 {
                let cells = (0..<4).map { column -> String in
                    let index = row * 4 + column
                    let name = RegisterNames.integer[index]
                    return "\(String(repeating: " ", count: 5 - name.count))\(name) \(padded(hart[x: index]))"
                }
                lines.append(cells.joined(separator: " "))
            }
            return lines.joined(separator: "\n")
        }.joined(separator: "\n")
    }

    /// An address with its symbol and source line.
    package func place(_ address: UInt64) -> String {
        let name = symbols.name(of: address).map { " <\($0)>" } ?? ""
        let line = symbols.line(of: address).map { " \($0)" } ?? ""
        return hex(address) + name + line
    }

    /// Who called whom, where code keeps frame pointers ("Frame Pointer Convention" of the psABI), newest first.
    ///
    /// A chain is believed as long as frames ascend and return addresses have names.
    private func callers(_ hart: Hart) -> [String] {
        var result: [String] = []
        var frame = hart[x: 8]
        while result.count < 16, frame & 7 == 0, frame > 16, let bytes = peek(hart, frame - 16, count: 16) {
            let words = [0, 8].map { start in
                bytes[start..<start + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            }
            guard words[1] > 2, symbols.name(of: words[1] - 2) != nil else { break }
            // The call, not the instruction after it.
            result.append("  called at \(place(words[1] - (calledByShortJump(hart, words[1]) ? 2 : 4)))")
            guard words[0] > frame else { break }
            frame = words[0]
        }
        return result
    }

    private func calledByShortJump(_ hart: Hart, _ address: UInt64) -> Bool {
        guard let bytes = peek(hart, address - 4, count: 4) else { return true }
        return bytes[0] & 3 != 3 || bytes[0] & 0x7f != 0x6f && bytes[0] & 0x7f != 0x67
    }

    private func instructionText(_ hart: Hart) -> String {
        guard let word = peekWord(hart, hart.pc) else { return "<not mapped>" }
        return Disassembler.text(word, at: hart.pc)
    }

    private func peekWord(_ hart: Hart, _ address: UInt64) -> UInt32? {
        guard let bytes = peek(hart, address, count: 4) ?? peek(hart, address, count: 2) else { return nil }
        return bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Reads memory as a hart sees it, without changing TLBs, A bits or devices; nil where nothing is mapped.
    package func peek(_ hart: Hart, _ address: UInt64, count: Int) -> [UInt8]? {
        var result: [UInt8] = []
        var position = address
        while result.count < count {
            let part = min(count - result.count, PhysicalMemory.pageSize - Int(position & 0xfff))
            guard let physical = hart.peekTranslation(position), let bytes = fabric.copyOut(physical, count: part)
            else {
                return nil
            }
            result += bytes
            position &+= UInt64(part)
        }
        return result
    }

    /// The manual's words for a value of `mcause` or `scause`.
    package func causeWords(_ cause: UInt64) -> String {
        let code = UInt8(truncatingIfNeeded: cause)
        if cause >> 63 != 0 { return Interrupt(rawValue: code).map { "\($0) interrupt" } ?? "interrupt \(code)" }
        return ExceptionCause(rawValue: code)?.words ?? "cause \(cause)"
    }

    private func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }

    private func padded(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension Hart {
    /// Where a data address would go, by the page table alone and whatever its permissions.
    func peekTranslation(_ address: UInt64) -> UInt64? {
        let mode = self[.satp] >> 60
        if privilege == .machine || mode == 0 { return address }
        var table = (self[.satp] & (1 << 44 - 1)) << 12
        for level in (0..<(mode == 8 ? 3 : 4)).reversed() {
            let slot = table + (address >> UInt64(12 + 9 * level) & 511) * 8
            guard fabric.memory.contains(slot, 8) else { return nil }
            let entry = fabric.memory.load(slot, 8)
            if entry & PTE.valid == 0 { return nil }
            let target = (entry >> 10 & (1 << 44 - 1)) << 12
            if entry & (PTE.read | PTE.write | PTE.execute) == 0 {
                table = target
                continue
            }
            let bits: UInt64 = entry & PTE.napot != 0 ? 16 : UInt64(12 + 9 * level)
            let mask = (UInt64(1) << bits) - 1
            return target & ~mask | address & mask
        }
        return nil
    }
}
