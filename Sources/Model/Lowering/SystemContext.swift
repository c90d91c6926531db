// What all codes of one system share while they are lowered: channels, claims, assertions.

/// Collects what the codes of a system refer to by number.
final class SystemContext {
    let model: TypedModel
    private(set) var channels: [ChannelDeclaration] = []
    private var channelIDs: [String: ChannelID] = [:]
    private(set) var assertions: [Assertion] = []
    private var assertionIDs: [SourceRange: AssertionID] = [:]
    private var assertionCounts: [String: Int] = [:]
    /// The claim variable of each group whose elements are lent, by the group's name.
    private(set) var claims: [String: (variable: VariableID, dimensions: [Type])] = [:]

    init(model: TypedModel) { self.model = model }

    func channel(named name: String, dimensions: [Type]) -> ChannelID {
        if let id = channelIDs[name] { return id }
        let first = channels.last.map { $0.firstNumber + instances($0.dimensions) } ?? 1
        channels.append(ChannelDeclaration(name: name, dimensions: dimensions, firstNumber: first))
        channelIDs[name] = channels.count - 1
        return channels.count - 1
    }

    /// Number of channel instances over all declarations.
    var channelCount: Int { channels.last.map { $0.firstNumber + instances($0.dimensions) - 1 } ?? 0 }

    private func instances(_ dimensions: [Type]) -> Int {
        dimensions.reduce(1) { $0 * Int(model.types.count(of: $1) ?? 1) }
    }

    /// One assertion per place in the text, whatever the number of its copies.
    func assertion(at range: SourceRange, label: String?, function: String, message: String?) -> AssertionID {
        if let id = assertionIDs[range] { return id }
        assertionCounts[function, default: 0] += 1
        let name = label ?? "\(function).assert\(assertionCounts[function] ?? 1)"
        assertions.append(Assertion(name: name, message: message, range: range))
        assertionIDs[range] = assertions.count - 1
        return assertions.count - 1
    }

    /// The claim variable of a group: who has borrowed each element.
    func claim(ofGroup name: String, dimensions: [Type]) -> VariableID {
        if let claim = claims[name] { return claim.variable }
        let id = model.variables.count + claims.count
        claims[name] = (id, dimensions)
        return id
    }

    /// The group that a datum belongs to: `proc` of `proc.context`.
    static func group(of variable: VariableDeclaration) -> String {
        variable.name.firstIndex(of: ".").map { String(variable.name[..<$0]) } ?? variable.name
    }
}
