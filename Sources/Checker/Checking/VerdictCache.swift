// The cache of verdicts: which key a check has, and what is kept of its result.

import Model

/// Where verdicts of earlier runs are kept. Reading and writing are the caller's, so that the checker touches no file.
public struct VerdictCache: Sendable {
    /// The program and its version: another engine has other keys.
    public let engine: String
    /// What is kept under a key; nil when there is nothing.
    public let read: @Sendable (_ key: String) -> [UInt8]?
    /// Keeps something under a key; what cannot be kept is lost without a word.
    public let write: @Sendable (_ key: String, _ bytes: [UInt8]) -> Void

    /// A cache over a way to keep bytes.
    public init(
        engine: String, read: @escaping @Sendable (_ key: String) -> [UInt8]?,
        write: @escaping @Sendable (_ key: String, _ bytes: [UInt8]) -> Void
    ) {
        self.engine = engine
        self.read = read
        self.write = write
    }
}

/// The key of a check: all that its verdict depends on, and nothing else.
///
/// Comments, blanks, other checks and other faults are not part of it; the engine is.
struct VerdictKey {
    let text: String
    /// The spec's tokens, and those of the fault.
    let spec: String
    /// Constants that are set, and what was asked of the check.
    let options: String

    private static let separator = "\u{1E}"

    init(_ check: CheckRun, engine: String) {
        var tokens: [String] = []
        for item in check.loaded.entries.map(\.item) {
            switch item.kind {
            case .check, .fault, .kernel, .view, .importFile: continue
            default: tokens.append(CanonicalText.text(of: item.range))
            }
        }
        let configuration = check.configuration
        tokens.append("definitions")
        tokens += configuration.definitions.map { CanonicalText.text(of: $0.range) }
        var parts: [String] = []
        for setting in check.loaded.importSettings + configuration.settings {
            parts.append("\(setting.name.text)=\(CanonicalText.text(of: setting.value.range))")
        }
        let options = check.options
        parts.append("memory \(configuration.memory ?? "")")
        parts.append("depth \((configuration.depth ?? options.limits.depth).map(String.init) ?? "")")
        parts.append("expected \(configuration.expected.map { "\($0)" } ?? "")")
        parts.append(
            "options \(options.checksDeadlock) \(options.keepsGoing) \(options.isUnreduced) \(options.isStrict)"
                + " \(options.usesSymmetry)")
        spec = tokens.joined(separator: Self.separator)
        self.options = parts.joined(separator: Self.separator)
        text = ["shmcheck verdict 1", engine, spec, self.options].joined(separator: Self.separator)
    }

    /// 128 bits of two FNV-1a hashes (Fowler, Noll, Vo) of the text and of the text reversed, as 32 digits. The whole text
    /// is kept beside the verdict and compared, so that two keys that meet are no wrong verdict.
    var name: String {
        Self.hash(text.utf8) + Self.hash(text.utf8.reversed())
    }

    /// 64 bits of a text as 16 digits.
    static func hash(_ text: String) -> String { hash(text.utf8) }

    private static func hash(_ bytes: some Sequence<UInt8>) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension CheckRun {
    /// A longer run costs more to take again than the cache saves.
    private static let stepLimit = 1000

    /// The result of an earlier run of the same check; nil when there is none that can be used.
    func cached(_ key: VerdictKey, _ model: TypedModel, _ diagnostics: Diagnostics) -> CheckResult? {
        guard let bytes = options.cache?.read(key.name) else { return nil }
        guard let document = try? JSONText.parse(bytes), document.at("key").string == key.text else { return nil }
        let kept = KeptResult(document: document.at("result"), check: self, model: model, diagnostics: diagnostics)
        var result = kept.result
        result?.isCached = true
        result?.seconds = 0
        return result
    }

    /// Keeps a result, unless a limit of the moment shaped it.
    func keep(_ result: CheckResult, _ key: VerdictKey) {
        guard let cache = options.cache, isLasting(result),
            let kept = KeptResult.document(result, loaded.main.source.path)
        else { return }
        let document: JSONValue = ["key": .string(key.text), "result": kept]
        cache.write(key.name, Array((document.compactText + "\n").utf8))
    }

    /// Never what a limit or an interrupt cut short, nor a mistake of ours, nor what is read back without its runs or
    /// without what judged it: cycles of locks, and lassos.
    private func isLasting(_ result: CheckResult) -> Bool {
        guard result.internalErrors.isEmpty, result.lockCycles.isEmpty else { return false }
        let traces = result.properties.compactMap(\.trace)
        guard traces.allSatisfy({ $0.loopStart == nil && $0.steps.count <= Self.stepLimit }) else { return false }
        switch result.limit {
        case nil, .depth: return true
        case .states, .time, .memory, .interrupt, .missing: return false
        }
    }
}
