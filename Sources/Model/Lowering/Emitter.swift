// Emits the nodes of one code: labels, locals, scopes with their defers, ways out of killable blocks.

/// What emission must know of the whole system before it starts.
struct AccessFacts {
    /// Data whose loads start steps.
    var steppingLoads: Set<VariableID> = []
    /// Data whose stores start steps.
    var steppingStores: Set<VariableID> = []
    /// Data that temporal properties read: each store shows. A ghost's may go with the access that it belongs to.
    var visibleStores: Set<VariableID> = []
    /// Locks that are looked at other than by acquire, release and sleep.
    var observedLocks: Set<VariableID> = []
    /// Whether something asks which process sleeps.
    var readsAsleep = false
    /// Whether something asks which process has finished.
    var readsFinished = false
    /// Whether some code wakes processes by name.
    var resumes = false
    /// Whether some code claims private data, which asks whether their owner runs.
    var claims = false
    /// Whether every shared load is a step (`--no-reduce`).
    var isUnreduced = false
}

/// A func's activation during inlining.
struct Frame {
    /// What a local of the inlined body stands for.
    enum Substitute {
        case local(LocalID)
        case formula(Formula)
        case place(Place)
    }
    let function: String
    /// Locals of the inlined body, for their names and types.
    let source: [Local]
    var substitutes: [LocalID: Substitute] = [:]
    /// Where `return` goes, and where it leaves its value.
    var returnLabel: Int?
    var result: LocalID?
    /// Scopes below this belong to the callers.
    var scopeBase = 0
    /// Locks acquired in this activation, as far as they can be named at its end.
    var acquired: [Place] = []
    var returnsHolding: [Place] = []
    /// This call among those that were put in place.
    var activation: Int?
}

/// One lexical scope's `defer` blocks, in program order, each with the frame it was met in.
struct DeferScope {
    var blocks: [(statements: [Statement], frame: Frame)] = []
}

/// A `killable` block around the current statement.
struct KillRegion {
    let condition: Formula
    let label: Int
    let scopeDepth: Int
}

/// Emits one code. Labels are negative node ids until `finish` resolves them.
final class Emitter {
    let model: TypedModel
    let facts: AccessFacts
    let diagnostics: Diagnostics
    let context: SystemContext
    var nodes: [Node] = []
    var locals: [Local] = []
    var activations: [Activation] = []
    private var labels: [NodeID?] = []

    var frame: Frame
    var scopes: [DeferScope] = [DeferScope()]
    var loops: [(breakLabel: Int, continueLabel: Int, scopeDepth: Int)] = []
    var regions: [KillRegion] = []
    private var pendingExits: [(label: Int, region: KillRegion, scopes: [DeferScope], outer: [KillRegion])] = []

    var range: SourceRange
    var label: String?
    var labelFairness: Fairness?
    var isHardware = false
    /// Whether loads may become steps of their own here.
    var hoists: Bool
    var isInAtomic = false
    var startsAtomic = false

    init(
        model: TypedModel, facts: AccessFacts, context: SystemContext, diagnostics: Diagnostics, function: String,
        source: [Local], range: SourceRange, hoists: Bool
    ) {
        self.model = model
        self.facts = facts
        self.context = context
        self.diagnostics = diagnostics
        self.range = range
        self.hoists = hoists
        frame = Frame(function: function, source: source)
    }

    // MARK: Nodes and labels

    @discardableResult
    func emit(_ operation: Operation) -> NodeID {
        var node = Node(
            operation, next: nodes.count + 1, range: range, function: frame.function, isHardware: isHardware,
            isInAtomic: isInAtomic && !startsAtomic, kills: isInAtomic && !startsAtomic ? [] : currentKills())
        node.isAtomicStart = startsAtomic
        node.label = label
        node.activation = frame.activation
        node.fairness = labelFairness
        startsAtomic = false
        label = nil
        labelFairness = nil
        nodes.append(node)
        return nodes.count - 1
    }

    func newLabel() -> Int {
        labels.append(nil)
        return -labels.count
    }

    func place(_ label: Int) { labels[-label - 1] = nodes.count }

    func jump(to label: Int) {
        let node = emit(.jump)
        nodes[node].next = label
    }

    /// Resolves labels and gives the code.
    func finish(entry: NodeID = 0) -> Code {
        func resolve(_ target: NodeID) -> NodeID {
            guard target < 0 else { return target }
            guard let node = labels[-target - 1] else { preconditionFailure("a label was never placed") }
            return node
        }
        for index in nodes.indices {
            nodes[index].next = resolve(nodes[index].next)
            nodes[index].operation = nodes[index].operation.mapTargets(resolve)
            for kill in nodes[index].kills.indices {
                nodes[index].kills[kill].target = resolve(nodes[index].kills[kill].target)
            }
        }
        return Code(nodes: nodes, entry: entry, locals: locals, activations: activations)
    }

    // MARK: Locals

    func newLocal(_ name: String, _ type: Type) -> LocalID {
        locals.append(Local(name: name, type: type, isMutable: true, isInout: false))
        return locals.count - 1
    }

    /// The local of this code that a local of the inlined body is.
    func target(of local: LocalID) -> LocalID {
        if case .local(let id) = frame.substitutes[local] { return id }
        precondition(frame.substitutes[local] == nil, "a parameter is not stored to")
        let source = frame.source[local]
        locals.append(source)
        frame.substitutes[local] = .local(locals.count - 1)
        return locals.count - 1
    }

    /// Stores to a local of this code.
    func set(_ local: LocalID, _ value: Formula) {
        emit(.assign(Place(root: .local(local), indices: [], path: [], type: locals[local].type), value))
    }

    // MARK: Scopes, jumps out of them, killable blocks

    func withScope(_ body: () -> Void) {
        scopes.append(DeferScope())
        body()
        unwind(to: scopes.count - 1)
        scopes.removeLast()
    }

    /// Runs the defers of all scopes above a depth, innermost and last first; the scopes stay.
    func unwind(to depth: Int) {
        let saved = scopes
        while scopes.count > depth {
            let scope = scopes.removeLast()
            for block in scope.blocks.reversed() {
                let caller = frame
                frame = block.frame
                withScope { lower(block.statements) }
                frame = caller
            }
        }
        scopes = saved
    }

    private func currentKills() -> [Kill] {
        regions.indices.reversed().map { index in
            let region = regions[index]
            let hasDefers = scopes[region.scopeDepth...].contains { !$0.blocks.isEmpty }
            guard hasDefers else { return Kill(condition: region.condition, target: region.label) }
            let label = newLabel()
            pendingExits.append((label, region, scopes, Array(regions[..<index])))
            return Kill(condition: region.condition, target: label)
        }
    }

    /// Emits the paths on which a killed block runs its defers before its `else`.
    func emitPendingExits() {
        while let exit = pendingExits.popLast() {
            let (savedScopes, savedRegions) = (scopes, regions)
            (scopes, regions) = (exit.scopes, exit.outer)
            place(exit.label)
            unwind(to: exit.region.scopeDepth)
            jump(to: exit.region.label)
            (scopes, regions) = (savedScopes, savedRegions)
        }
    }
}
