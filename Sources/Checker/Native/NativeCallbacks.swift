// What native code calls: rare operations that are functions of Swift, reached as functions of C.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Addresses of functions that native code calls.
enum NativeCallbacks {
    /// A `RunContext`: C knows no more of it.
    private typealias Context = UnsafeMutableRawPointer

    private static func machine(_ context: Context) -> UnsafeMutablePointer<Machine> {
        guard let machine = context.assumingMemoryBound(to: RunContext.self).pointee.machine else {
            preconditionFailure("native code runs without a machine")
        }
        return machine
    }

    private static func address<Function>(of function: Function) -> UInt { unsafeBitCast(function, to: UInt.self) }

    /// Makes room for at least one more row.
    static let growBatch: UInt = {
        let function: @convention(c) (Context) -> Void = { machine($0).pointee.growBatch() }
        return address(of: function)
    }()

    /// Which of so many options the run takes.
    static let choose: UInt = {
        let function: @convention(c) (Context, Int) -> Int = { machine($0).pointee.choose(among: $1) }
        return address(of: function)
    }()

    /// The lock at an address was taken by a holder.
    static let nest: UInt = {
        let function: @convention(c) (Context, Int, UInt64) -> Void = {
            machine($0).pointee.nest(lockAt: $1, holder: $2)
        }
        return address(of: function)
    }()

    /// The number of the value at some words in a table; -1 when there is none left.
    static let intern: UInt = {
        let function: @convention(c) (UnsafeMutableRawPointer, UnsafePointer<UInt64>) -> Int = {
            $0.assumingMemoryBound(to: InternTable.self).pointee.number(of: $1)
        }
        return address(of: function)
    }()

    /// Opens a gap in a sequence of a form, at an address, before an index.
    static let insertGap: UInt = {
        let function: @convention(c) (Context, UnsafeRawPointer, Int, Int) -> Void = {
            let form = $1.assumingMemoryBound(to: SequenceForm.self).pointee
            machine($0).pointee.shiftElements(form, $2, $3, isInsertion: true)
        }
        return address(of: function)
    }()

    /// Removes an element of a sequence.
    static let removeElement: UInt = {
        let function: @convention(c) (Context, UnsafeRawPointer, Int, Int) -> Void = {
            let form = $1.assumingMemoryBound(to: SequenceForm.self).pointee
            machine($0).pointee.shiftElements(form, $2, $3, isInsertion: false)
        }
        return address(of: function)
    }()

    /// Copies bytes, which may overlap.
    static let moveBytes: UInt = {
        let function: @convention(c) (UnsafeMutableRawPointer, UnsafeRawPointer, Int) -> Void = {
            _ = memmove($0, $1, $2)
        }
        return address(of: function)
    }()
}
