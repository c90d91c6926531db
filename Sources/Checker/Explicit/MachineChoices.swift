// Which options the choices of a run take, so that every combination is run once.

extension Machine {
    /// Moves on to the next combination of choices; false when all were tried.
    @inline(__always)
    mutating func nextScript() -> Bool { depth > 0 && advanceScript() }

    private mutating func advanceScript() -> Bool {
        script.removeLast(script.count - depth)
        while let last = script.last {
            if last + 1 < options[script.count - 1] {
                script[script.count - 1] = last + 1
                return true
            }
            script.removeLast()
        }
        return false
    }

    /// Forgets all choices, before the first run of a step.
    @inline(__always)
    mutating func resetScript() {
        if !script.isEmpty { script.removeAll(keepingCapacity: true) }
        depth = 0
    }

    /// Which of so many options the run takes.
    mutating func choose(among count: Int) -> Int {
        if depth == script.count { script.append(0) }
        if depth == options.count { options.append(count) } else { options[depth] = count }
        depth += 1
        return script[depth - 1]
    }
}
