// What a rule reports, and how a test turns it into failures.
import Testing

/// The rules, by the names under which exemptions are given.
enum Rule: String {
    case caption
    case fileSize
    case functionSize
    case documentation
    case postponedWork
    case forceTry
    case folderName
    case folderOrder
    case strayFile
    case machinePath
    case registryHost
}

/// One place where a rule does not hold.
struct Finding: Equatable, CustomStringConvertible {
    let rule: Rule
    let path: String
    /// Counted from 1; 0 when it is about the whole file.
    var line = 0
    let message: String

    var description: String {
        line > 0 ? "\(path):\(line): \(message)" : "\(path): \(message)"
    }
}

/// Fails once for each finding that no exemption covers.
func expectNone(_ findings: [Finding], sourceLocation: SourceLocation = #_sourceLocation) {
    for finding in findings where !HouseRules.exemptions.contains(where: { $0.covers(finding) }) {
        Issue.record("\(finding)", sourceLocation: sourceLocation)
    }
}
