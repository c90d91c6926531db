// From a syntax tree and a choice of constants to a typed model, or to diagnostics.

/// Items of a spec and its imports, in the order in which they count: imports first.
public struct ItemList: Sendable {
    /// One item and whether the spec's own file has it.
    public struct Entry: Sendable {
        /// The item.
        public let item: ItemSyntax
        /// False for imported ones.
        public let isOwn: Bool
        /// An item of a file.
        public init(item: ItemSyntax, isOwn: Bool) {
            self.item = item
            self.isOwn = isOwn
        }
    }
    /// `spec NAME` of the main file.
    public let name: Identifier
    /// All items.
    public var entries: [Entry]
    /// Values that imports set: constants and type aliases by name.
    public var importSettings: [SettingSyntax]
    /// A list of items.
    public init(name: Identifier, entries: [Entry], importSettings: [SettingSyntax]) {
        self.name = name
        self.entries = entries
        self.importSettings = importSettings
    }
}

/// Types a spec under a choice of constants.
///
/// - Parameters:
///   - items: the spec with its imports; a fault's replacements are already in.
///   - settings: constants that a check, a fault or the command line sets.
///   - diagnostics: receives every mistake; the model is nil when one of them is an error.
/// Complexity: linear in the text, plus the size of array literals.
public func typeCheck(_ items: ItemList, settings: [SettingSyntax], diagnostics: Diagnostics) -> TypedModel? {
    let errorsBefore = diagnostics.errorCount
    let checker = TypeChecker(items: items, settings: settings, diagnostics: diagnostics)
    checker.run()
    return diagnostics.errorCount == errorsBefore ? checker.model : nil
}

/// What a name at the top of a spec stands for.
enum DeclaredName {
    case constant(Int)
    case alias(TypeSyntax)
    case enumeration(EnumerationID)
    case structure(Int)
    case sort(SortID)
    case process(ProcessID)
    case object(ObjectID)
    case variable(VariableID)
    case pure(PureID)
    case function(FunctionID)
    case action(Int)
    case property
    /// A declaration that was in error.
    case invalid
}

/// The state of one type-checking run. Phases stand in `run`, in order; each extension file does one of them.
final class TypeChecker {
    let items: ItemList
    let settings: [SettingSyntax]
    let diagnostics: Diagnostics
    var model: TypedModel
    var symbols: [String: DeclaredName] = [:]
    /// Where each name was first declared.
    var declared: [String: SourceRange] = [:]
    /// Constants as declared; evaluated when first used, since sizes need them.
    var pendingConstants: [PendingConstant] = []
    /// Structs as declared; resolved when first used.
    var pendingStructures: [PendingStructure] = []
    /// Structs that hold locks or protections: groups of data, not values.
    var objectStructures: Set<StructureID> = []
    /// Scalars in a value of each struct.
    var structureCells: [Int] = []
    /// Scalars in all data so far.
    var cellCount = 0
    /// Which process kinds run each func; decides the type of `self` in it.
    var callers: [String: Set<String>] = [:]
    /// Data whose clauses and initial values wait until everything has a name.
    var pendingProtections: [PendingScope] = []
    /// What data declare their values to be multiples of.
    var alignments: [VariableID: UInt64] = [:]
    /// Parameters of processes that are started.
    var startParameters: [ProcessID: [Local]] = [:]
    /// What is being checked now.
    var body = BodyContext(kind: .constant)

    struct PendingConstant {
        let name: Identifier
        let type: TypeSyntax?
        let initial: InitialValueSyntax
        let isOwn: Bool
        var state: State
        enum State { case waiting, evaluating, done(Value, Type) }
    }

    struct PendingStructure {
        let name: Identifier
        let fields: [FieldSyntax]
        var state: State
        enum State { case waiting, resolving, done(StructureID), invalid }
    }

    init(items: ItemList, settings: [SettingSyntax], diagnostics: Diagnostics) {
        self.items = items
        self.settings = settings
        self.diagnostics = diagnostics
        model = TypedModel(name: items.name.text)
    }

    func run() {
        collectNames()
        checkSettings(settings)
        resolveConstantsAndTypes()
        declareData()
        declareFunctions()
        resolveProtections()
        checkInitialValues()
        checkBodies()
        checkProperties()
        checkViewsAndKernels()
        if !rejectRecursion() { rejectLargeCode() }
    }

    func report(
        _ code: DiagnosticCode, _ message: String, at range: SourceRange, notes: [String] = [],
        related: [RelatedPlace] = []
    ) {
        diagnostics.report(code, message, at: range, notes: notes, related: related)
    }

    func name(of type: Type) -> String { model.types.name(of: type) }

    /// A type with its article, as sentences name it: `a u64`, `an int in 0..<4`.
    func described(_ type: Type) -> String {
        switch type {
        case .null: return "nil"
        case .void: return "no value"
        default: break
        }
        let name = name(of: type)
        guard let first = name.lowercased().first else { return name }
        return ("aeio".contains(first) ? "an " : "a ") + name
    }
}

/// What kind of code is being checked, with its locals and scopes.
struct BodyContext {
    enum Kind: Equatable {
        case constant, initializer, property, transition, proof, pure, function, process, action
    }
    var kind: Kind
    /// The type of `self`; nil where there is none.
    var selfType: Type?
    /// The result type of a func or pure.
    var result: Type = .void
    var locals: [Local] = []
    var scopes: [[String: LocalID]] = [[:]]
    /// Loops around the statement, for `break` and `continue`.
    var loopDepth = 0
    var isAtomic = false
    var isDeferred = false

    init(kind: Kind, selfType: Type? = nil) {
        self.kind = kind
        self.selfType = selfType
    }

    /// Whether code here runs as micro-steps of a process.
    var isCode: Bool { kind == .function || kind == .process }
    /// Whether ghosts may be read here.
    var isSpecification: Bool {
        kind == .property || kind == .transition || kind == .proof || kind == .action || kind == .initializer
    }

    mutating func declare(_ name: String, _ type: Type, isMutable: Bool = false, isInout: Bool = false) -> LocalID {
        locals.append(Local(name: name, type: type, isMutable: isMutable, isInout: isInout))
        scopes[scopes.count - 1][name] = locals.count - 1
        return locals.count - 1
    }

    mutating func hidden(_ purpose: String, _ type: Type) -> LocalID {
        locals.append(Local(name: "%\(purpose)", type: type, isMutable: true, isInout: false))
        return locals.count - 1
    }

    func find(_ name: String) -> LocalID? {
        for scope in scopes.reversed() { if let id = scope[name] { return id } }
        return nil
    }
}
