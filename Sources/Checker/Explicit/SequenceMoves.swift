// Elements of packed sequences that move up or down by one place.

extension Machine {
    /// Opens or closes a gap at an index of the sequence at an address, and adjusts its count.
    func shiftElements(_ form: SequenceForm, _ address: Int, _ index: Int, isInsertion: Bool) {
        let count = Int(field(address, form.countBits))
        let first = address + form.elementOffset
        if isInsertion {
            for element in stride(from: count, to: index, by: -1) { moveElement(form, first, element - 1, element) }
            setField(address, form.countBits, UInt64(count + 1))
        } else {
            for element in index..<(count - 1) { moveElement(form, first, element + 1, element) }
            clearElement(form, first, count - 1)
            setField(address, form.countBits, UInt64(count - 1))
        }
    }

    private func moveElement(_ form: SequenceForm, _ first: Int, _ from: Int, _ to: Int) {
        var done = 0
        while done < form.elementBits {
            let bits = min(64, form.elementBits - done)
            setField(first + to * form.stride + done, bits, field(first + from * form.stride + done, bits))
            done += bits
        }
    }

    private func clearElement(_ form: SequenceForm, _ first: Int, _ index: Int) {
        var done = 0
        while done < form.elementBits {
            let bits = min(64, form.elementBits - done)
            setField(first + index * form.stride + done, bits, 0)
            done += bits
        }
    }

    private func field(_ address: Int, _ bits: Int) -> UInt64 {
        bits == 0 ? 0 : (memory[address >> 6] &>> UInt64(address & 63)) & Self.mask(UInt8(bits))
    }

    private func setField(_ address: Int, _ bits: Int, _ value: UInt64) {
        guard bits > 0 else { return }
        let mask = Self.mask(UInt8(bits)) &<< UInt64(address & 63)
        memory[address >> 6] = (memory[address >> 6] & ~mask) | (value &<< UInt64(address & 63))
    }
}
