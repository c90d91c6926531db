// Values of options: amounts with units, and the choices of each option.

import ArgumentParser

/// A number with a unit: `50M`, `4GiB`, `30s`, `10m`.
struct Amount: ExpressibleByArgument {
    /// More than any machine has, and less than an `Int` holds.
    private static let limit = 1e18
    /// In units of one: states, bytes, seconds.
    let number: Double
    /// As it was typed.
    let text: String

    init?(argument: String) {
        text = argument
        let digits = argument.prefix { $0.isNumber || $0 == "." }
        let units: [String: Double] = [
            "": 1, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "KiB": 1024, "MiB": 1_048_576, "GiB": 1_073_741_824, "s": 1,
            "ms": 1e-3, "m": 60, "min": 60, "h": 3600,
        ]
        guard let value = Double(digits), let unit = units[String(argument.dropFirst(digits.count))] else { return nil }
        number = value * unit
        guard number < Self.limit else { return nil }
    }
}

/// `--format` of a run of checks.
enum RunFormat: String, ExpressibleByArgument, CaseIterable {
    case human, json, jsonl
}

/// `--format` elsewhere.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case human, json
}

/// `--show-progress`
enum ProgressMode: String, ExpressibleByArgument, CaseIterable {
    case auto, line, none
}

/// `--trace`
enum TraceChoice: String, ExpressibleByArgument, CaseIterable {
    case diff, full, off
}

extension ColourChoice: ExpressibleByArgument {}
