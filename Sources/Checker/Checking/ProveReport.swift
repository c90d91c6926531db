// A proof's result as text for people and as a document for programs.

extension ProveResult {
    /// The text for people.
    ///
    /// - Parameter text: how it is written.
    /// - Returns: lines with newlines.
    public func text(_ text: ProofText) -> String {
        let ranges = sizes.map { "\($0.name) in \($0.values.lowerBound)...\($0.values.upperBound)" }
        var result = text.head(path: path, ranges: ranges, constants: constants, in: system)
        for claim in claims { result += text.claim(claim.told) }
        for proof in proofs { result += text.block(proof, constants: constants) }
        if claims.isEmpty, proofs.isEmpty { result += "  nothing is stated that could be proved\n" }
        return result
    }

    /// Claims and blocks that are shown, violated and open.
    public var counts: (shown: Int, violated: Int, open: Int) {
        var counts = (0, 0, 0)
        for claim in claims {
            switch claim.answer {
            case .inductive, .proved: counts.0 += 1
            case .violated: counts.1 += 1
            case .counterexampleToInduction, .unknown, .error: counts.2 += 1
            }
        }
        for proof in proofs {
            switch proof.verdict {
            case .holds: counts.0 += 1
            case .violated: counts.1 += 1
            default: counts.2 += 1
            }
        }
        return counts
    }

    /// The document of several results: `{"v":1,"exit":…,"specs":[{"path":…,"claims":[…]}]}`.
    ///
    /// - Parameters:
    ///   - results: one for each spec.
    ///   - exitCode: of the run.
    ///   - version: of the program.
    /// - Returns: JSON text with a newline.
    public static func document(_ results: [ProveResult], exitCode: Int, version: String) -> String {
        let specs = results.map { result -> JSONValue in
            [
                "path": .string(result.path),
                "sizes": .array(
                    result.sizes.map {
                        [
                            "name": .string($0.name), "low": .integer(Int128($0.values.lowerBound)),
                            "high": .integer(Int128($0.values.upperBound)),
                        ]
                    }),
                "claims": .array(result.claims.map(\.document)),
                "proofs": .array(
                    result.proofs.map {
                        [
                            "name": .string($0.name), "verdict": .string($0.verdict.rawValue),
                            "scope": .optional($0.scope),
                        ]
                    }),
            ]
        }
        let document: JSONValue = [
            "v": .integer(1), "tool": ["name": "shmcheck", "version": .string(version)],
            "exit": .integer(Int128(exitCode)), "specs": .array(specs),
        ]
        return document.prettyText + "\n"
    }
}

extension ClaimResult {
    fileprivate var told: ProofText.Claim {
        let kind: ProofText.Claim.Kind
        switch answer {
        case .inductive(let lemmas):
            kind = .shown(lemmas == 0 ? "" : "with \(Wording.count(lemmas, "lemma")) about the code")
        case .proved(let how): kind = .shown(how)
        case .violated(let trace): kind = .violated(trace)
        case .counterexampleToInduction(let trace): kind = .notInductive(trace)
        case .unknown(let reason, let place, let advice): kind = .open(reason: reason, at: place, advice: advice)
        case .error(let message): kind = .failed(message)
        }
        return ProofText.Claim(name: name, word: word, range: range, kind: kind, size: size)
    }

    fileprivate var document: JSONValue {
        var (how, reason, steps): (String?, String?, Int?)
        let verdict: String
        switch answer {
        case .inductive: verdict = "inductive"
        case .proved(let by): (verdict, how) = ("proved", by)
        case .violated(let trace): (verdict, steps) = (Verdict.violated.rawValue, trace.steps.count)
        case .counterexampleToInduction(let trace): (verdict, steps) = ("not_inductive", trace.steps.count)
        case .unknown(let why, _, _): (verdict, reason) = (Verdict.unknown.rawValue, why)
        case .error(let why): (verdict, reason) = (Verdict.error.rawValue, why)
        }
        return [
            "name": .string(name), "kind": .string(kind.rawValue), "verdict": .string(verdict), "by": .optional(how),
            "reason": .optional(reason), "steps": .optional(steps),
            "size": size.isEmpty ? .null : .string(size.joined(separator: " ")),
        ]
    }
}
