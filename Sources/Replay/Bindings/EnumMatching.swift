// Cases of the model's enums and enumerators of C: the same words, in the manner of each language.

/// Finds the value of each case.
struct EnumMatching {
    /// The model's cases, in order.
    let cases: [String]
    /// The name of the model's enum.
    let name: String

    /// Values of the kernel with the ordinals of cases, and the names of values that are no case.
    struct Match {
        let ordinals: [Int128: Int]
        let others: [Int128: String]
    }

    /// Matches with the enumerators of one enum; `RUNNABLE` is `RUNNABLE`, `runnable`, or `STATE_RUNNABLE` with that
    /// prefix for all.
    func match(_ type: EnumeratedType) -> Match? {
        for prefix in prefixes(type.enumerators.map(\.name)) {
            var ordinals: [Int128: Int] = [:]
            for (ordinal, text) in cases.enumerated() {
                let wanted = (prefix + text).lowercased()
                guard let found = type.enumerators.first(where: { $0.name.lowercased() == wanted }) else { break }
                ordinals[Int128(found.value)] = ordinal
            }
            guard ordinals.count == cases.count else { continue }
            var others: [Int128: String] = [:]
            for enumerator in type.enumerators where ordinals[Int128(enumerator.value)] == nil {
                others[Int128(enumerator.value)] = enumerator.name
            }
            return Match(ordinals: ordinals, others: others)
        }
        return nil
    }

    /// What stands before the first case in names that end with it, shortest first.
    private func prefixes(_ names: [String]) -> [String] {
        guard let first = cases.first?.lowercased() else { return [] }
        return names.filter { $0.lowercased() == first || $0.lowercased().hasSuffix("_" + first) }
            .map { String($0.dropLast(first.count)) }
            .sorted { $0.count < $1.count }
    }

    /// Looks through all enums of a file: C keeps most states in plain integers, whose names are an enum of its own.
    ///
    /// - Throws: `BindingError` when there is none, or several that differ.
    func search(_ information: DebugInformation, part: String) throws(BindingError) -> Match {
        guard let first = cases.first?.lowercased() else {
            throw BindingError(.unresolved, part: part, "\(name) has no cases")
        }
        var matches: [(prefix: String, match: Match)] = []
        for (text, places) in information.index.enumerators
        where text.lowercased() == first || text.lowercased().hasSuffix("_" + first) {
            for (enumeration, _) in places {
                guard case .enumeration(let type)? = try? information.type(CTypeID(offset: enumeration)),
                    let match = match(type), !matches.contains(where: { $0.match.ordinals == match.ordinals })
                else { continue }
                matches.append((String(text.dropLast(first.count + (text.count > first.count ? 1 : 0))), match))
            }
        }
        if matches.count > 1 {
            matches = matches.filter { $0.prefix.lowercased() == name.lowercased() }
        }
        guard let found = matches.first, matches.count == 1 else {
            throw BindingError(
                .unresolved, part: part,
                "the file has no enum with enumerators for all of \(cases.joined(separator: ", ")) "
                    + "(in capitals or not, with one prefix or none)")
        }
        return found.match
    }
}
