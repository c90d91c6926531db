// A sweep: the same check for each point of a grid of constants.

import Model

/// One constant and the values that it takes in turn.
public struct SweepAxis: Sendable {
    /// More configurations than anyone reads.
    static let pointLimit = OpenConstant.valueLimit

    /// The constant.
    public let name: String
    /// From the first value to the last, both included.
    public let values: ClosedRange<Int>

    /// `SLOTS=2..6`, or `SLOTS=4` for one value.
    public init(_ text: String) throws(MistakenSetting) {
        let parts = text.split(separator: "=", maxSplits: 1).map { $0.filter { $0 != " " } }
        guard parts.count == 2, SettingSyntax(text: "\(parts[0])=0") != nil else {
            throw MistakenSetting(message: "--sweep takes NAME=LOW..HIGH, not \(text)")
        }
        let bounds = parts[1].split(separator: "..", omittingEmptySubsequences: false).map { Int($0) }
        guard let low = bounds[0], let high = bounds[bounds.count - 1], bounds.count <= 2 else {
            throw MistakenSetting(message: "--sweep takes whole numbers: \(parts[0])=2..6, not \(text)")
        }
        guard low <= high else { throw MistakenSetting(message: "--sweep \(text): \(low) is greater than \(high)") }
        (name, values) = (parts[0], low...high)
    }

    /// All values of a constant that is `any`.
    init(_ constant: OpenConstant) { (name, values) = (constant.name, constant.values) }

    /// Whether the axes make a grid that can be run.
    static func check(_ axes: [SweepAxis]) throws(MistakenSetting) {
        var points = 1
        for (index, axis) in axes.enumerated() {
            if axes[..<index].contains(where: { $0.name == axis.name }) {
                throw MistakenSetting(message: "--sweep names \(axis.name) twice")
            }
            let (product, isTooLarge) = points.multipliedReportingOverflow(by: axis.values.count)
            guard !isTooLarge, product <= pointLimit else {
                throw MistakenSetting(message: "--sweep asks for more than \(pointLimit) configurations")
            }
            points = product
        }
    }

    /// The points of a grid, each as `NAME=VALUE` in the order of the axes; the last axis runs fastest. Empty without axes.
    static func points(_ axes: [SweepAxis]) -> [[String]] {
        guard !axes.isEmpty else { return [] }
        return axes.reduce([[]]) { points, axis in
            points.flatMap { point in axis.values.map { point + ["\(axis.name)=\($0)"] } }
        }
    }
}

/// A word of the command line that says nothing.
public struct MistakenSetting: Error, Sendable {
    /// What is wrong with it.
    public let message: String
}

extension SpecRun {
    /// The grid of `--sweep`, over the plain check or over a fault.
    func swept(_ base: Configuration) -> [Configuration] {
        SweepAxis.points(options.sweep).map { point in
            var configuration = base
            configuration.name = point.joined(separator: " ")
            configuration.sweepPoint = point
            configuration.settings += point.compactMap { SettingSyntax(text: $0) }
            return configuration
        }
    }
}
