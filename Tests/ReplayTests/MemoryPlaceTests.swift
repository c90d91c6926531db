// Places of memory: each address space is asked for its own.

import Replay
import Testing

private struct Constant: GuestMemory {
    func loadKernel(_ address: UInt64, size: Int) -> UInt64? { address &+ 1 }
    func loadPhysical(_ address: UInt64, size: Int) -> UInt64? { address == 0 ? nil : address &+ 2 }
}

@Suite struct MemoryPlaceTests {
    @Test func anAddressIsReadInItsOwnSpace() {
        #expect(Constant().load(MemoryPlace(.kernel, 8), size: 4) == 9)
        #expect(Constant().load(MemoryPlace(.physical, 8), size: 4) == 10)
        #expect(Constant().load(MemoryPlace(.physical, 0), size: 4) == nil)
    }
}
