// Every fault of the catalogue as a variant of the guest: its patch applies, it builds, and its usertest shows it.
import Emu
import Foundation
import Testing

@Suite(.serialized) struct FaultTests {
    /// The catalogue, and what the specs split off from it.
    static let catalogue =
        (1...9).map { "Q\($0)" } + (1...7).map { "S\($0)" } + (1...16).map { "M\($0)" } + (1...6).map { "U\($0)" }
        + (1...7).map { "R\($0)" } + (1...13).map { "P\($0)" } + (1...4).map { "X\($0)" }
        + ["Q2_race", "S4_header", "S6_after", "R5L", "P10_latest", "P12_poll", "X1_end", "drop_first"]

    /// In the quick subset every tenth, so that over a few changes all groups are met.
    /// `SHMCHECK_FAULTS=R1,R2` names some.
    static let tested: [FaultPatch] = {
        if let names = ProcessInfo.processInfo.environment["SHMCHECK_FAULTS"]?.split(separator: ",").map(String.init) {
            return FaultPatch.all.filter { names.contains($0.id) }
        }
        return Budget.isQuick ? FaultPatch.all.enumerated().filter { $0.0 % 10 == 0 }.map(\.1) : FaultPatch.all
    }()

    @Test func theCatalogueIsComplete() throws {
        #expect(FaultPatch.all.map(\.id).sorted() == Self.catalogue.sorted())
        for patch in FaultPatch.all { #expect(patch.hasStory, "\(patch.id) has no story") }
        // S7 and P13 need a weak memory model.
        #expect(FaultPatch.all.filter { $0.effect == .open }.map(\.id).sorted() == ["P13", "S7"])
    }

    /// Races are shown by schedules that fit one layout of the guest and one timing of the machine. After a change of
    /// either, `SHMCHECK_SCHEDULES=write ./test FaultTests` looks for new ones and writes them into the patches.
    static let searches = ProcessInfo.processInfo.environment["SHMCHECK_SCHEDULES"] == "write"

    @Test(arguments: tested) func showsItself(_ fault: FaultPatch) throws {
        let build = try GuestBuild("--fault", fault.id)
        if fault.effect == .replayed {
            let page = try String(contentsOf: root.appendingPathComponent("Documentation/Evidence.md"), encoding: .utf8)
            let row = page.split(separator: "\n").first { $0.contains("| \(fault.id) |") }
            #expect(row?.contains("| REPRODUCED |") == true, "\(row ?? "no row")")
            return
        }
        let transcript = try run(fault, on: build, fault.schedule)
        if Self.searches, !Self.shows(fault, transcript) { return try search(fault, build) }
        #expect(Self.shows(fault, transcript), "\(transcript.text)")
    }

    private func run(_ fault: FaultPatch, on build: GuestBuild, _ schedule: Schedule) throws -> Transcript {
        // Harts that spin for ever take as long as they are given; a test that sleeps for ever is ended by its watchdog.
        let limit: UInt64 = fault.effect == .hangs ? 1_000_000_000 : 5_000_000_000
        return try Conversation(lines: ["usertests \(fault.id)"]).play(
            on: build, harts: fault.harts, schedule: schedule, limit: limit)
    }

    private static func shows(_ fault: FaultPatch, _ transcript: Transcript) -> Bool {
        let text = transcript.text
        let isOk = text.contains("\(fault.id): ok")
        switch fault.effect {
        case .fails: return !isOk && text.contains("\(fault.id): FAILED")
        case .panics(let words): return !isOk && text.contains("panic: \(words)")
        case .prints(let words): return text.contains(words)
        case .hangs: return !transcript.hasPassed && !text.contains("\(fault.id): ")
        case .breaks: return !isOk && (!transcript.hasPassed || text.contains("\(fault.id): FAILED"))
        case .open: return isOk && transcript.hasPassed
        case .replayed: return transcript.hasPassed
        }
    }

    /// Tries seeds and turns until the variant shows its fault where the healthy guest passes.
    private func search(_ fault: FaultPatch, _ build: GuestBuild) throws {
        let healthy = try GuestBuild()
        for length in [40, 10, 1000, 10_000, 200, 3000] {
            for seed in 1...40 {
                let text = "random:\(seed):\(length)"
                let schedule = try #require(Schedule(parsing: text))
                guard Self.shows(fault, try run(fault, on: build, schedule)) else { continue }
                let sound = try run(fault, on: healthy, schedule)
                guard sound.hasPassed, sound.text.contains("\(fault.id): ok") else { continue }
                try fault.write(schedule: text)
                print("\(fault.id): \(text)")
                return
            }
        }
        Issue.record("\(fault.id): no schedule was found")
    }

    /// What shows on a variant is the fault's doing: under the same schedule the healthy guest passes.
    @Test func theHealthyGuestPassesUnderTheSameSchedules() throws {
        let build = try GuestBuild()
        for fault in Self.tested where fault.schedule != .roundRobin(quantum: 10_000) {
            let transcript = try Conversation(lines: ["usertests \(fault.id)"]).play(
                on: build, harts: fault.harts, schedule: fault.schedule)
            #expect(transcript.hasPassed && transcript.text.contains("\(fault.id): ok"), "\(transcript.text)")
            if case .prints(let words) = fault.effect { #expect(!transcript.text.contains(words)) }
        }
    }
}
