// `x: u64 aligned N`: what is stored is a multiple of N, which every store is checked for.

extension TypeChecker {
    /// Notes the alignment that a datum declares.
    func aligned(_ part: ObjectPart?, _ field: FieldSyntax) -> ObjectPart? {
        guard let syntax = field.alignment, let number = constantNumber(syntax) else { return part }
        guard case .variable(let id) = part, let word = Self.word(in: model.variables[id].type) else {
            report(
                .typeMismatch, "only words without a sign are aligned: u8 … u64, and arrays of them", at: syntax.range)
            return part
        }
        guard number >= 1, number <= word.upper else {
            report(.sizeOutOfRange, "the alignment is \(number), it must be in 1...\(word.upper)", at: syntax.range)
            return part
        }
        alignments[id] = UInt64(number)
        return part
    }

    /// The word that a datum consists of, alone or in arrays.
    private static func word(in type: Type) -> IntegerType? {
        switch type {
        case .integer(let integer) where integer.isUnsigned: integer
        case .array(let element, _): word(in: element)
        default: nil
        }
    }

    func checkAlignment(of value: Value, in id: VariableID, at range: SourceRange) {
        guard let step = alignments[id] else { return }
        switch value {
        case .integer(let number):
            if number % Int128(step) != 0 { report(.outOfRange, "\(number) is no multiple of \(step)", at: range) }
        case .array(let elements): for element in elements { checkAlignment(of: element, in: id, at: range) }
        default: break
        }
    }

    /// The value as it may be stored to a place: where that is aligned, it traps unless it is a multiple.
    func aligned(_ value: Formula, for place: Place) -> Formula {
        guard case .variable(let id) = place.root, let step = alignments[id], step > 1, value.type != .invalid else {
            return value
        }
        guard place.type.integer != nil else {
            report(
                .typeMismatch, "\(model.variables[id].name) is aligned: its elements are stored one by one",
                at: value.range)
            return value
        }
        if case .constant(.integer(let number)) = value.kind, number % Int128(step) != 0 {
            report(.outOfRange, "\(number) is no multiple of \(step)", at: value.range)
        }
        return Formula(.convert(value, .aligned(step)), value.type, value.range)
    }

    /// Reports what would store to an aligned datum behind the check.
    func rejectAligned(_ place: Place, _ what: String, at range: SourceRange) {
        guard case .variable(let id) = place.root, alignments[id] != nil else { return }
        report(
            .typeMismatch, "\(what) is not checked for alignment, and \(model.variables[id].name) is aligned",
            at: range, notes: ["store a value to it, or swap one"])
    }
}
