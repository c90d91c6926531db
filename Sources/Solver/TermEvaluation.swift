// Values of terms, computed in Swift alone: the judge of every model that the solver gives.

/// A value for every variable of a pool.
package struct Assignment: Sendable {
    /// By the variable's number; variables that nobody gave a value are 0.
    private var values: [UInt64]

    /// Every variable 0.
    package init() { values = [] }

    func value(ofVariable number: UInt64) -> UInt64 { number < values.count ? values[Int(number)] : 0 }

    /// Gives a variable its value.
    package mutating func set(_ term: Term, to value: UInt64, in pool: TermPool) {
        let node = pool.node(term)
        precondition(node.operation == .variable, "only variables have values of their own")
        while values.count <= node.payload { values.append(0) }
        values[Int(node.payload)] = value & WordArithmetic.mask(max(1, Int(node.width)))
    }
}

extension TermPool {
    /// The terms that some terms are made of, themselves included, operands first. O(n log n) for n such terms.
    func parts(of roots: [Term]) -> [Term] {
        while marks.count < nodes.count {
            marks.append(0)
            places.append(0)
        }
        searchCount += 1
        var (found, pending) = ([Int32](), roots.map(\.index))
        while let index = pending.popLast() {
            guard marks[Int(index)] != searchCount else { continue }
            marks[Int(index)] = searchCount
            found.append(index)
            let node = nodes[Int(index)]
            for operand in [node.first, node.second, node.third] where operand >= 0 { pending.append(operand) }
        }
        found.sort()
        return found.map { Term(index: $0) }
    }

    /// The values of terms under an assignment: bits of words, 0 and 1 for truth values. O(n log n) for n parts.
    package func values(of roots: [Term], under assignment: Assignment) -> [UInt64] {
        let parts = parts(of: roots)
        var known = [UInt64](repeating: 0, count: parts.count)
        for (place, part) in parts.enumerated() {
            let node = nodes[Int(part.index)]
            places[Int(part.index)] = Int32(place)
            switch node.operation {
            case .constant, .illSorted: known[place] = node.payload
            case .variable: known[place] = assignment.value(ofVariable: node.payload)
            default:
                // The width of a choice's operands is that of its second; all others have one width throughout.
                func operand(_ index: Int32) -> UInt64 { index < 0 ? 0 : known[Int(places[Int(index)])] }
                let width = Int(nodes[Int(node.first)].width)
                known[place] = WordArithmetic.value(
                    node, width: width, (operand(node.first), operand(node.second), operand(node.third)))
            }
        }
        return roots.map { known[Int(places[Int($0.index)])] }
    }

    /// Whether a truth value is true under an assignment.
    package func isTrue(_ term: Term, under assignment: Assignment) -> Bool {
        values(of: [term], under: assignment) == [1]
    }
}

/// One truth value of a pool, to be evaluated many times: what it is made of is found once.
package struct TermEvaluator {
    private struct Part {
        let node: TermNode
        let operandWidth: Int
        /// Places of the operands among the parts; 0 where there is none.
        let operands: (Int, Int, Int)
    }

    private let parts: [Part]
    private var known: [UInt64]

    /// An evaluator of a term.
    package init(_ pool: TermPool, _ root: Term) {
        var places: [Int32: Int] = [:]
        parts = pool.parts(of: [root]).map { part in
            places[part.index] = places.count
            let node = pool.node(part)
            func place(_ index: Int32) -> Int { places[index] ?? 0 }
            return Part(
                node: node, operandWidth: node.first < 0 ? 0 : Int(pool.nodes[Int(node.first)].width),
                operands: (place(node.first), place(node.second), place(node.third)))
        }
        known = [UInt64](repeating: 0, count: parts.count)
    }

    /// Number of terms that an evaluation evaluates.
    package var partCount: Int { parts.count }

    /// The constant words among them.
    package var constants: [UInt64] {
        parts.compactMap { $0.node.operation == .constant && $0.node.width > 0 ? $0.node.payload : nil }
    }

    /// Whether it is true under an assignment. O(terms that it is made of).
    package mutating func isTrue(under assignment: Assignment) -> Bool {
        for (index, part) in parts.enumerated() {
            switch part.node.operation {
            case .constant, .illSorted: known[index] = part.node.payload
            case .variable: known[index] = assignment.value(ofVariable: part.node.payload)
            default:
                let (a, b, c) = part.operands
                known[index] = WordArithmetic.value(
                    part.node, width: part.operandWidth, (known[a], known[b], known[c]))
            }
        }
        return known.last == 1
    }
}
