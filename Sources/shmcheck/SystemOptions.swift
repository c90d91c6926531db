// Options that say which system of a spec is meant: its constants, a fault, a check, how fine its steps are.

import ArgumentParser

/// Which system of a spec.
struct SystemOptions: ParsableArguments {
    @Option(name: .customShort("D"), help: "Set a constant.")
    var define: [String] = []
    @Option(help: "Put a fault in.")
    var fault: String?
    @Option(help: "The constants of one check.")
    var only: String?
    @Flag(help: "Make every micro-step a step.")
    var noReduce = false
}

/// How runs are printed.
struct TraceStyleOptions: ParsableArguments {
    @Option(help: "Runs as changes or in full: diff, full, off.")
    var trace: TraceChoice = .diff
    @Option(help: "auto, always or never.")
    var color: ColourChoice = .auto
}
