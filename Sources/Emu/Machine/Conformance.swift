// Conformance: running a program that judges itself, and the page that records the verdicts.

/// What a self-checking program came to.
package struct ConformanceResult: Sendable {
    /// The file's name.
    package let name: String
    /// SHA-256 of the file.
    package let digest: String
    /// `pass`, `fail N`, or why there is no answer.
    package let verdict: String
    /// Instructions retired by all harts.
    package let instructionCount: UInt64
    /// The hash of the final state.
    package let stateHash: UInt64
    /// Did it pass?
    package var hasPassed: Bool { verdict == "pass" }
}

/// The runner of self-checking programs.
package enum Conformance {
    /// Runs one program to its own verdict.
    ///
    /// - Parameters:
    ///   - name: what to call it.
    ///   - bytes: an ELF file that reports through `tohost` or the test finisher.
    ///   - limit: instructions after which it has no answer.
    package static func run(
        name: String, _ bytes: [UInt8], limit: UInt64, configuration: Configuration, executor: Machine.Executor = .fast
    ) -> ConformanceResult {
        var count: UInt64 = 0
        var hash: UInt64 = 0
        let verdict: String
        do throws(ImageError) {
            let machine = try Machine(configuration)
            try machine.load(kernel: bytes)
            machine.executor = executor
            switch machine.run(limit: limit) {
            case .ended(.pass): verdict = "pass"
            case .ended(.fail(let code)): verdict = "fail \(code)"
            case .ended(.reset): verdict = "reset"
            case .limit: verdict = "no answer within \(limit) instructions"
            case .idle: verdict = "waits for ever"
            case .scheduleEnded: verdict = "the schedule ended"
            }
            count = machine.harts.reduce(0) { $0 + $1[.retired] }
            hash = machine.stateHash()
        } catch {
            verdict = error.description
        }
        return ConformanceResult(
            name: name, digest: SHA256.hex(bytes), verdict: verdict, instructionCount: count, stateHash: hash)
    }

    /// The page with a section of this title, which takes the place of one that is there.
    package static func page(_ page: String, with section: String, titled title: String) -> String {
        let sections = page.split(separator: "\n## ", omittingEmptySubsequences: false).enumerated().map {
            $0.offset == 0 ? String($0.element) : "## " + $0.element
        }
        var isThere = false
        let others = sections.compactMap { old -> String? in
            guard old.hasPrefix("## \(title)\n") else { return old.isEmpty ? nil : old }
            defer { isThere = true }
            return isThere ? nil : section
        }
        let texts = (isThere ? others : others + [section]).map { text in
            String(text.reversed().drop { $0 == "\n" }.reversed()) + "\n"
        }
        return texts.joined(separator: "\n")
    }

    /// The section of scripted runs with one more row, which takes the place of one of the same run.
    ///
    /// - Parameters:
    ///   - page: where the section may be.
    ///   - row: cells: the run, verdict, instructions, seconds, final state, digests.
    package static func scriptSection(_ page: String, titled title: String, row: [String]) -> String {
        let head = ["run", "verdict", "instructions", "seconds", "final state", "SHA-256 of kernel", "SHA-256 of disk"]
        func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
        let old = page.components(of: "## \(title)").filter { $0.hasPrefix("| ") && !$0.hasPrefix(line(head)) }
        let rows = old.filter { !$0.hasPrefix("| \(row[0]) |") } + [line(row)]
        let rule = "|" + String(repeating: "---|", count: head.count)
        return "## \(title)\n\n" + ([line(head), rule] + rows.sorted()).joined(separator: "\n") + "\n"
    }

    /// The section: one row a program.
    package static func section(_ results: [ConformanceResult], suite: String) -> String {
        let passed = results.count { $0.hasPassed }
        var text = "## \(suite)\n\n\(passed) of \(results.count) pass.\n\n"
        text += "| program | verdict | instructions | final state | SHA-256 |\n|---|---|---|---|---|\n"
        for result in results {
            let hash = String(result.stateHash, radix: 16)
            text += "| \(result.name) | \(result.verdict) | \(result.instructionCount) | \(hash) | \(result.digest) |\n"
        }
        return text
    }
}

extension String {
    /// The lines of a Markdown section, without its title.
    fileprivate func components(of title: String) -> [String] {
        let lines = split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard let start = lines.firstIndex(of: title) else { return [] }
        return Array(lines[(start + 1)...].prefix { !$0.hasPrefix("## ") })
    }
}
