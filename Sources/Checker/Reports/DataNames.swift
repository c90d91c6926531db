// What data are called: paths with the indices where the spec writes them.

import Model

/// Names data, their parts and channels as a spec would write them: `proc[client#1].files[2]`.
struct DataNames {
    let system: TransitionSystem
    /// Number of indices up to and with each group, by the group's path.
    private let dimensionCounts: [String: Int]

    init(_ system: TransitionSystem) {
        self.system = system
        var counts: [String: Int] = [:]
        for object in system.objects { counts[object.name] = object.dimensions.count }
        dimensionCounts = counts
    }

    private var types: TypeTable { system.types }

    /// The name of one instance of a datum.
    func name(of variable: VariableID, instance: Int) -> String {
        let declaration = system.variables[variable]
        return name(declaration.name, declaration.dimensions, instance)
    }

    /// The name of a channel from its number, which counts from 1.
    func channel(_ number: Int) -> String {
        guard let channel = system.channels.last(where: { $0.firstNumber <= number }) else { return "a channel" }
        return name(channel.name, channel.dimensions, number - channel.firstNumber)
    }

    /// The name of an element of an array or a sequence, within its path.
    func index(_ ordinal: Int, of type: Type) -> String {
        types.describe(types.value(ordinal, of: type), as: type)
    }

    /// Which of the indices of a datum stand behind each component of its path.
    func indexCounts(_ path: String, dimensionCount: Int) -> [Int] {
        let parts = path.split(separator: ".").map(String.init)
        var counts: [Int] = []
        var known = 0
        for position in parts.indices {
            let prefix = parts[...position].joined(separator: ".")
            let isLast = position == parts.count - 1
            let total = isLast ? dimensionCount : dimensionCounts[prefix] ?? known
            counts.append(max(0, total - known))
            known = max(known, total)
        }
        return counts
    }

    /// The ordinals of the indices of an instance, the first varying slowest.
    func ordinals(of instance: Int, _ dimensions: [Type]) -> [Int] {
        var rest = instance
        var ordinals: [Int] = []
        for dimension in dimensions.reversed() {
            let count = max(1, Int(types.count(of: dimension) ?? 1))
            ordinals.append(rest % count)
            rest /= count
        }
        return ordinals.reversed()
    }

    private func name(_ path: String, _ dimensions: [Type], _ instance: Int) -> String {
        guard !dimensions.isEmpty else { return path }
        let ordinals = ordinals(of: instance, dimensions)
        var used = 0
        var parts: [String] = []
        for (part, count) in zip(path.split(separator: "."), indexCounts(path, dimensionCount: dimensions.count)) {
            var text = String(part)
            for position in used..<min(used + count, dimensions.count) {
                text += "[\(index(ordinals[position], of: dimensions[position]))]"
            }
            used += count
            parts.append(text)
        }
        return parts.joined(separator: ".")
    }
}
