// Addresses and pages, as programs reckon with them.

let page: UInt64 = 4096

/// -1, as an address.
let FAILED = UInt64.max

func page_up(_ x: UInt64) -> UInt64 { (x + page - 1) / page * page }

/// The size of the program's memory.
func size_of_memory() -> UInt64 { UInt64(bitPattern: sbrk(0)) }

/// Memory at an address that came as a number.
func memory(_ va: UInt64) -> UnsafeMutablePointer<UInt8> {
    guard let pointer = UnsafeMutablePointer<UInt8>(bitPattern: UInt(va)) else { exit(1) }
    return pointer
}

func words(_ va: UInt64) -> UnsafeMutablePointer<UInt32> {
    guard let pointer = UnsafeMutablePointer<UInt32>(bitPattern: UInt(va)) else { exit(1) }
    return pointer
}

func address(_ pointer: UnsafeMutableRawPointer) -> UInt64 { UInt64(UInt(bitPattern: pointer)) }

/// Says what went wrong, and ends the program.
func give_up(_ line: Line) -> Never {
    print(line)
    exit(1)
}
