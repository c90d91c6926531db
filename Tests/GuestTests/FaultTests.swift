// Every fault of the catalogue as a variant of the guest: its patch applies, it builds, and its usertest shows it.
import Emu
import Foundation
import Testing

@Suite(.serialized) struct FaultTests {
    /// The catalogue, and what the specs split off from it.
    static let catalogue =
        (1...9).map { "Q\($0)" } + (1...7).map { "S\($0)" } + (1...16).map { "M\($0)" } + (1...6).map { "U\($0)" }
        + (1...7).map { "R\($0)" } + (1...13).map { "P\($0)" } + (1...4).map { "X\($0)" }
        + ["Q2_race", "S4_header", "S6_after", "R5L", "P10_latest", "P12_poll", "X1_end"]

    /// In the quick subset every tenth, so that over a few changes all groups are met.
    static let tested = Budget.isQuick ? FaultPatch.all.enumerated().filter { $0.0 % 10 == 0 }.map(\.1) : FaultPatch.all

    @Test func theCatalogueIsComplete() throws {
        #expect(FaultPatch.all.map(\.id).sorted() == Self.catalogue.sorted())
        for patch in FaultPatch.all { #expect(patch.hasStory, "\(patch.id) has no story") }
        // S7 and P13 need a weak memory model; of R3 no schedule is known yet in which it shows.
        #expect(FaultPatch.all.filter { $0.effect == .open }.map(\.id).sorted() == ["P13", "R3", "S7"])
    }

    @Test(arguments: tested) func showsItself(_ fault: FaultPatch) throws {
        let build = try GuestBuild("--fault", fault.id)
        // Harts that spin for ever take as long as they are given; a test that sleeps for ever is ended by its watchdog.
        let limit: UInt64 = fault.effect == .hangs ? 300_000_000 : 5_000_000_000
        let transcript = try Conversation(lines: ["usertests \(fault.id)"]).play(
            on: build, harts: fault.harts, schedule: fault.schedule, limit: limit)
        let text = transcript.text
        switch fault.effect {
        case .fails: #expect(text.contains("\(fault.id): FAILED"), "\(text)")
        case .panics(let words): #expect(text.contains("panic: \(words)"), "\(text)")
        case .prints(let words): #expect(text.contains(words), "\(text)")
        case .hangs: #expect(!transcript.hasPassed && !text.contains("\(fault.id): "), "\(text)")
        case .breaks: #expect(!transcript.hasPassed || text.contains("\(fault.id): FAILED"), "\(text)")
        case .open: #expect(transcript.hasPassed && text.contains("\(fault.id): ok"), "\(text)")
        }
        if fault.effect != .open { #expect(!text.contains("\(fault.id): ok"), "\(text)") }
    }

    /// What shows on a variant is the fault's doing: under the same schedule the healthy guest passes.
    @Test func theHealthyGuestPassesUnderTheSameSchedules() throws {
        let build = try GuestBuild()
        for fault in Self.tested where fault.schedule != .roundRobin(quantum: 10_000) {
            let transcript = try Conversation(lines: ["usertests \(fault.id)"]).play(
                on: build, harts: fault.harts, schedule: fault.schedule)
            #expect(transcript.hasPassed && transcript.text.contains("\(fault.id): ok"), "\(transcript.text)")
        }
    }
}
