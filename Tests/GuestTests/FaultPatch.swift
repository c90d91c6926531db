// A fault of the catalogue, as its patch tells it: the story, what the usertest of that id shows, and under what schedule.
import Emu
import Foundation
import Testing

struct FaultPatch: CustomTestStringConvertible {
    /// What happens on the machine that is built with the fault.
    enum Effect: Equatable {
        case fails
        /// With this text, or any when it is empty.
        case panics(String)
        case hangs
        /// One of the three, and which depends on who gets the memory that it spoils.
        case breaks
        case prints(String)
        /// Nothing: a weak memory model is needed.
        case open
        /// Nothing that a program could see: a replay shows it, as `Documentation/Evidence.md` says.
        case replayed
    }

    let id: String
    let effect: Effect
    let harts: Int
    let schedule: Schedule
    let hasStory: Bool

    var testDescription: String { id }

    static let all: [FaultPatch] = {
        let folder = root.appendingPathComponent("Guest/Faults")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().compactMap { name in
            guard name.hasSuffix(".patch"),
                let text = try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
            else { return nil }
            return FaultPatch(id: String(name.dropLast(6)), text)
        }
    }()

    init?(id: String, _ text: String) {
        let head = text.split(separator: "\n", omittingEmptySubsequences: false).prefix { !$0.hasPrefix("--- ") }
        func field(_ name: String) -> String? {
            head.first { $0.hasPrefix("\(name): ") }.map { String($0.dropFirst(name.count + 2)) }
        }
        guard let shows = field("Shows"), let effect = Self.effect(shows),
            let harts = field("Harts").flatMap({ Int($0) }),
            let schedule = field("Schedule").flatMap({ Schedule(parsing: $0) })
        else { return nil }
        self.id = id
        self.effect = effect
        self.harts = harts
        self.schedule = schedule
        hasStory = head.first?.hasPrefix("Fault \(id). ") ?? false
    }

    /// Puts another schedule into the patch's head.
    func write(schedule: String) throws {
        let file = root.appendingPathComponent("Guest/Faults/\(id).patch")
        let lines = try String(contentsOf: file, encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false)
        let changed = lines.map { $0.hasPrefix("Schedule: ") ? "Schedule: \(schedule)" : $0 }
        try changed.joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
    }

    private static func effect(_ text: String) -> Effect? {
        switch text {
        case "fails": .fails
        case "panics": .panics("")
        case "hangs": .hangs
        case "breaks": .breaks
        case "open": .open
        case "in a replay": .replayed
        default:
            if text.hasPrefix("panics: ") {
                .panics(String(text.dropFirst(8)))
            } else if text.hasPrefix("prints ") {
                .prints(String(text.dropFirst(7)))
            } else {
                nil
            }
        }
    }
}
