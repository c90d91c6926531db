// Where the fields of a `RunContext` lie for native code, which has its address in r15.

import Model

extension RunContext {
    static let memoryField = HostAddress(base: .rdi, displacement: offset(of: \.memory))
    static let registersField = HostAddress(base: .rdi, displacement: offset(of: \.registers))
    static let nextRowField = field(\.nextRow)
    static let endOfRowsField = field(\.endOfRows)
    static let rowCountField = field(\.rowCount)
    static let parentField = field(\.parent)
    static let touchedField = field(\.touched)
    static let alwaysTouchedField = field(\.alwaysTouched)
    static let ticksField = field(\.ticks)
    static let reachedField = field(\.reached)
    static let enabledActionsField = field(\.enabledActions)
    static let evaluationsField = field(\.evaluations)
    static let slotsField = field(\.slots)
    static let homeShiftField = field(\.homeShift)

    /// The most operations of a step, as native code compares them.
    static var tickLimit: Int32 { Int32(ReferenceStepper.operationLimit) }

    private static func offset(of field: PartialKeyPath<RunContext>) -> Int32 {
        guard let offset = MemoryLayout<RunContext>.offset(of: field) else {
            preconditionFailure("the context has no plain layout")
        }
        return Int32(offset)
    }

    private static func field(_ field: PartialKeyPath<RunContext>) -> HostAddress {
        HostAddress(base: .r15, displacement: offset(of: field))
    }
}
