// Terms, made once each: constructors that check sorts, fold constants and take the short cuts that cost nothing.

/// Makes terms and keeps them. Terms of one pool mean nothing to another.
///
/// No constructor fails: operands of sorts that do not go together give `Term.illSorted`, which no solver is shown.
/// Not safe for use from several threads.
package final class TermPool {
    private(set) var nodes: [TermNode] = [TermNode(.illSorted, width: 0)]
    private var terms: [TermNode: Term] = [:]
    private(set) var variableNames: [String] = []
    private(set) var variables: [Term] = []
    /// By index, the variables of terms that were asked for.
    var supports: [[Term]?] = []
    /// Scratch of searches through parts: which were met in the present one, where each stands, and what stands for it.
    var marks: [UInt32] = []
    var places: [Int32] = []
    var images: [Int32] = []
    var searchCount: UInt32 = 0

    /// An empty pool.
    package init() {}

    /// Number of terms made so far.
    package var count: Int { nodes.count }

    /// The sort of a term; nil when it is ill-sorted.
    package func sort(of term: Term) -> Sort? {
        let node = nodes[Int(term.index)]
        return node.operation == .illSorted ? nil : node.sort
    }

    /// The bits of a constant; nil for any other term.
    package func constant(_ term: Term) -> UInt64? {
        let node = nodes[Int(term.index)]
        return node.operation == .constant ? node.payload : nil
    }

    /// Whether the term is a constant truth value, and which.
    package func truth(_ term: Term) -> Bool? {
        guard sort(of: term) == .bool else { return nil }
        return constant(term).map { $0 == 1 }
    }

    func node(_ term: Term) -> TermNode { nodes[Int(term.index)] }
    func width(_ term: Term) -> Int { Int(nodes[Int(term.index)].width) }

    func make(_ node: TermNode) -> Term {
        if let known = terms[node] { return known }
        let term = Term(index: Int32(nodes.count))
        nodes.append(node)
        terms[node] = term
        return term
    }

    // MARK: Leaves

    /// A constant truth value.
    package func bool(_ value: Bool) -> Term { make(TermNode(.constant, width: 0, payload: value ? 1 : 0)) }

    /// The low bits of a number as a word.
    package func word(_ value: UInt64, width: Int) -> Term {
        guard (1...Sort.greatestWidth).contains(width) else { return .illSorted }
        return make(TermNode(.constant, width: width, payload: value & WordArithmetic.mask(width)))
    }

    /// A new variable, unlike all others whatever its name.
    package func variable(_ name: String, _ sort: Sort) -> Term {
        if case .bits(let width) = sort, !(1...Sort.greatestWidth).contains(width) { return .illSorted }
        let term = make(TermNode(.variable, width: sort.width ?? 0, payload: UInt64(variableNames.count)))
        variableNames.append(name)
        variables.append(term)
        return term
    }

    // MARK: Sorts

    func areBool(_ terms: Term...) -> Bool { terms.allSatisfy { sort(of: $0) == .bool } }

    /// The width of operands that are words of one width.
    func commonWidth(_ a: Term, _ b: Term) -> Int? {
        guard let width = sort(of: a)?.width, sort(of: b)?.width == width else { return nil }
        return width
    }

    /// The term, or its value when its operands are constants.
    func folded(_ node: TermNode, _ a: Term, _ b: Term? = nil) -> Term {
        guard let first = constant(a), let second = b.map({ constant($0) }) ?? 0 else { return make(node) }
        let value = WordArithmetic.value(node, width: width(a), (first, second, 0))
        return make(TermNode(.constant, width: Int(node.width), payload: value))
    }

    // MARK: Truth values

    /// `!a`
    package func not(_ a: Term) -> Term {
        guard areBool(a) else { return .illSorted }
        let node = node(a)
        if node.operation == .not { return Term(index: node.first) }
        return folded(TermNode(.not, width: 0, a), a)
    }

    private func areOpposite(_ a: Term, _ b: Term) -> Bool {
        let (first, second) = (node(a), node(b))
        return first.operation == .not && first.first == b.index || second.operation == .not && second.first == a.index
    }

    /// `a && b`
    package func and(_ a: Term, _ b: Term) -> Term {
        guard areBool(a, b) else { return .illSorted }
        if a == b || truth(b) == true { return a }
        if truth(a) == true { return b }
        if truth(a) == false || truth(b) == false || areOpposite(a, b) { return bool(false) }
        if node(a).operation == .and, node(a).first == b.index || node(a).second == b.index { return a }
        if node(b).operation == .and, node(b).first == a.index || node(b).second == a.index { return b }
        return make(TermNode(.and, width: 0, min(a, b), max(a, b)))
    }

    /// `a || b`
    package func or(_ a: Term, _ b: Term) -> Term {
        guard areBool(a, b) else { return .illSorted }
        if a == b || truth(b) == false { return a }
        if truth(a) == false { return b }
        if truth(a) == true || truth(b) == true || areOpposite(a, b) { return bool(true) }
        return make(TermNode(.or, width: 0, min(a, b), max(a, b)))
    }

    /// All of them; true when there are none.
    package func all(_ terms: some Sequence<Term>) -> Term { terms.reduce(bool(true)) { and($0, $1) } }

    /// One of them at least; false when there are none.
    package func any(_ terms: some Sequence<Term>) -> Term { terms.reduce(bool(false)) { or($0, $1) } }

    /// `!a || b`
    package func implies(_ a: Term, _ b: Term) -> Term { or(not(a), b) }

    /// `condition ? a : b`
    package func choice(_ condition: Term, _ a: Term, _ b: Term) -> Term {
        guard areBool(condition), let sort = sort(of: a), sort == self.sort(of: b) else { return .illSorted }
        if a == b { return a }
        if let known = truth(condition) { return known ? a : b }
        let test = node(condition)
        if test.operation == .not { return choice(Term(index: test.first), b, a) }
        if sort == .bool {
            if let known = truth(a) { return known ? or(condition, b) : and(not(condition), b) }
            if let known = truth(b) { return known ? or(not(condition), a) : and(condition, a) }
        }
        // A choice within by the same condition is already made.
        if node(a).operation == .choice, node(a).first == condition.index {
            return choice(condition, Term(index: node(a).second), b)
        }
        if node(b).operation == .choice, node(b).first == condition.index {
            return choice(condition, a, Term(index: node(b).third))
        }
        return make(TermNode(.choice, width: sort.width ?? 0, condition, a, b))
    }

    /// `a == b` of any one sort.
    package func equal(_ a: Term, _ b: Term) -> Term {
        guard let sort = sort(of: a), sort == self.sort(of: b) else { return .illSorted }
        if a == b { return bool(true) }
        if constant(a) != nil, constant(b) != nil { return bool(false) }
        if sort == .bool {
            if let known = truth(a) { return known ? b : not(b) }
            if let known = truth(b) { return known ? a : not(a) }
            if areOpposite(a, b) { return bool(false) }
        }
        if let known = constant(b), let short = equalToConstant(a, known) { return short }
        if let known = constant(a), let short = equalToConstant(b, known) { return short }
        if node(a).operation == .zeroExtend, node(b).operation == .zeroExtend {
            let (first, second) = (Term(index: node(a).first), Term(index: node(b).first))
            if width(first) == width(second) { return equal(first, second) }
        }
        return make(TermNode(.equal, width: 0, min(a, b), max(a, b)))
    }

    /// `a == value` where what `a` is made of decides more cheaply.
    private func equalToConstant(_ a: Term, _ value: UInt64) -> Term? {
        let node = node(a)
        switch node.operation {
        case .choice:
            let (then, otherwise) = (Term(index: node.second), Term(index: node.third))
            guard node.width > 0, constant(then) != nil || constant(otherwise) != nil else { return nil }
            let known = word(value, width: Int(node.width))
            return choice(Term(index: node.first), equal(then, known), equal(otherwise, known))
        case .zeroExtend:
            let inner = Term(index: node.first)
            guard value <= WordArithmetic.mask(width(inner)) else { return bool(false) }
            return equal(inner, word(value, width: width(inner)))
        default: return nil
        }
    }
}

extension Term: Comparable {
    /// The order in which terms were made.
    package static func < (left: Term, right: Term) -> Bool { left.index < right.index }
}
