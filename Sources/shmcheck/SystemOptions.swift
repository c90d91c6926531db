// Options that several commands about one system share: which system of a spec is meant, and how its runs are printed.

import ArgumentParser

/// Which system of a spec: its constants, a fault, a check.
struct SystemOptions: ParsableArguments {
    @Option(name: .customShort("D"), help: "Set a constant.")
    var define: [String] = []
    @Option(help: "Put a fault in.")
    var fault: String?
    @Option(help: "The constants of one check.")
    var only: String?
}

/// How runs are printed.
struct TraceStyleOptions: ParsableArguments {
    @Option(help: "Runs as changes or in full: diff, full, off.")
    var trace: TraceChoice = .diff
    @Option(help: "auto, always or never.")
    var color: ColourChoice = .auto
}
