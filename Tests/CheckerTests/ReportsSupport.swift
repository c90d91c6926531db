// What the tests of reports share: small specs, their results, files of the repository.

import Checker
import Glibc
import Model

/// Checks a spec given as text.
func report(_ text: String, path: String = "specs/small.spec", _ adjust: (inout CheckOptions) -> Void = { _ in })
    -> SpecResult
{
    var options = CheckOptions()
    adjust(&options)
    return check(SourceFile(path: path, text: text), read: { _ in nil }, options: options)
}

/// The text of a result for a person, without colours.
func humanText(
    _ result: SpecResult, width: Int = 100, isUnicode: Bool = true, verbosity: Int = 0, trace: TraceMode = .diff
) -> String {
    HumanReport(width: width, hasColour: false, isUnicode: isUnicode, verbosity: verbosity, traceMode: trace).text(
        result)
}

/// The summary line of results, without colours.
func summaryText(_ results: [SpecResult]) -> String {
    HumanReport(width: 100, hasColour: false, isUnicode: true, verbosity: 0, traceMode: .diff).summary(results)
}

/// The text of a file of the repository; empty when there is none.
func repositoryText(_ path: String, here: String = #filePath) -> String {
    let root = here.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
    guard let file = fopen(root + "/" + path, "r") else { return "" }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    while case let byte = fgetc(file), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
    return String(decoding: bytes, as: UTF8.self)
}

/// Small specs, each for one shape of report.
enum SmallSpecs {
    /// A ring of two slots in which a put can overwrite; two producers, a lock.
    static let ring = """
        spec Ring

        const SLOTS = 2

        struct Item { from: pid, number: u8 }

        shared ring guarded by lock {
            lock:  spinlock
            slots: Item?[SLOTS]
            write: int in 0..<SLOTS = 0
        }
        ghost var puts = 0

        func put(n: u8) {
            acquire(ring.lock)
          store:
            ring.slots[ring.write] = Item(from: self, number: n)
            ring.write = (ring.write + 1) % SLOTS
            puts += 1
            release(ring.lock)
        }

        process producer[2] { for i in 0..<2 { put(u8(i)) } }

        invariant none_lost: count(s in ring.slots where s != nil) == puts
            "what was put stays until it is taken"
        reachable both_full: all s in ring.slots: s != nil

        check expect violated none_lost
        fault F1 "nobody counts" { func put(n: u8) { acquire(ring.lock)
            release(ring.lock) } } expect not_reached both_full
        fault F2 "the first put is lost, and the second" { ghost var puts = 3 } expect violated none_lost

        """

    /// Two processes that take two locks in opposite orders.
    static let deadlock = """
        spec Crossed
        shared var a: spinlock
        shared var b: spinlock
        process left {
            acquire(a)
            acquire(b)
            release(b)
            release(a)
        }
        process right {
            acquire(b)
            acquire(a)
            release(a)
            release(b)
        }

        """

    /// A sleeper whom nobody wakes.
    static let asleep = """
        spec Asleep
        shared box guarded by lock {
            lock: spinlock
            full: bool
        }
        process taker {
            acquire(box.lock)
            while !box.full { sleep(box, box.lock) }
            release(box.lock)
        }
        process giver {
            acquire(box.lock)
            box.full = true
            release(box.lock)
        }
        final taken: !asleep(taker)
            "the taker gets what was given"

        """

    /// Rules alone, with parameters, sets, optionals, sequences, enums and sorts.
    static let rules = """
        spec Rules
        enum Colour { red, green }
        sort room[2]
        struct Guest { number: u8, colour: Colour? }
        const BIG: u64 = 0xffff_ffff_ffff_ffff, COLOURS: set<Colour> = [.green, .red]
        shared house[room] {
            guests: seq<Guest> max 2
            seen:   set<Colour>
            door:   int in -1..<3 = -1
        }
        shared var last: room? = nil
        shared var wide: u64 = BIG
        action enter(r: room, c: Colour) when house[r].guests.count < 2 {
            house[r].guests.append(Guest(number: 7, colour: c))
            house[r].seen.insert(c)
            last = r
        }
        action leave(r: room) when house[r].guests.count > 0 {
            house[r].guests.removeFirst()
            house[r].door = 1
        }
        invariant small: all r in room: house[r].guests.count < 2 || house[r].door == -1

        """

    /// Structs with locks in arrays in a group.
    static let nested = """
        spec Nested
        struct File { lock: spinlock, users: int in 0..<9 }
        shared proc[owner] {
            files: File[3]
            plain: File
        }
        process owner[2] {
            acquire(proc[self].files[2].lock)
            proc[self].files[2].users = 5
            release(proc[self].files[2].lock)
        }
        invariant never: !(proc[owner[1]].files[2].users == 5)

        """
}
