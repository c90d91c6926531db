// The report for people: golden texts of each shape.

import Checker
import Model
import Testing

@Suite("Human report")
struct ReportsHumanTests {
    @Test("A violated invariant is a table with a column for each process")
    func violatedInvariant() {
        let result = report(SmallSpecs.ring)
        #expect(
            humanText(result) == """
                specs/small.spec
                  check default  VIOLATED (6 steps; 25 states until then, SC, SLOTS=2)
                    expected: violated none_lost — met

                    none_lost VIOLATED in 6 steps (shortest)
                      what was put stays until it is taken
                      false because: count(s in ring.slots where s != nil) == puts     2 == 3
                        step  producer#1   producer#2   change
                           1  put.acquire               ring.lock: free → producer#1
                           2  put.store                 ring.lock: producer#1 → free
                                                        ring.slots[0]: nil → {producer#1, 0}  ring.write: 0 → 1
                                                        puts: 0 → 1
                           3  put.acquire               ring.lock: free → producer#1
                           4  put.store                 ring.lock: producer#1 → free
                                                        ring.slots[1]: nil → {producer#1, 1}  ring.write: 1 → 0
                                                        puts: 1 → 2  producer#1 ends
                           5               put.acquire  ring.lock: free → producer#2
                         ✗ 6               put.store    ring.lock: producer#2 → free
                                                        ring.slots[0].from: producer#1 → producer#2
                                                        ring.write: 0 → 1  puts: 2 → 3
                      spec: specs/small.spec:25:1
                        25 | invariant none_lost: count(s in ring.slots where s != nil) == puts
                      step 6: specs/small.spec:16:3
                        16 | store:
                        17 | ring.slots[ring.write] = Item(from: self, number: n)
                    reproduce: shmcheck check specs/small.spec --only default

                  fault F1  found: both_full is NOT REACHED  — as expected
                  fault F2  found by none_lost in the first state  — as expected


                """)
        #expect(summaryText([result]) == "1 check: 1 as expected; 2 of 2 faults found\n")
    }

    @Test("A deadlock tells what each process waits for, and who holds it")
    func deadlock() {
        let result = report(SmallSpecs.deadlock)
        #expect(
            humanText(result) == """
                specs/small.spec
                  check default  VIOLATED (2 steps; 8 states until then, SC)

                    deadlock VIOLATED in 2 steps
                      each of these processes waits for a lock that the next one holds
                        step  left          right          change
                           1  left.acquire                 a: free → left
                           2                right.acquire  b: free → right
                      at the end:
                        left   left.acquire2 (line 6): waits for b, which right holds
                        right  right.acquire2 (line 12): waits for a, which left holds
                    reproduce: shmcheck check specs/small.spec


                """)
        #expect(summaryText([result]) == "1 check: 1 VIOLATED\n")
    }

    @Test("Sleepers are told with their channel; the same run is shown once")
    func sleepers() {
        #expect(
            humanText(report(SmallSpecs.asleep)) == """
                specs/small.spec
                  check default  VIOLATED (3 steps; exhaustive: 6 states, SC)

                    taken VIOLATED in 3 steps
                      the taker gets what was given
                      false at the end because: !asleep(taker)     !true
                        step  taker          giver          change
                           1  taker.acquire                 box.lock: free → taker
                           2  taker.sleep                   box.lock: taker → free  taker asleep on box
                           3                 giver.acquire  box.full: false → true  giver ends
                      at the end:
                        taker  taker.resume (line 8): sleeps on box, until a wakeup
                        giver  has ended
                      spec: specs/small.spec:16:1
                        16 | final taken: !asleep(taker)

                    deadlock VIOLATED in 3 steps
                      no process can take a step
                      by the same run as taken
                    reproduce: shmcheck check specs/small.spec


                """)
    }

    @Test("Rules are shown with their parameters, in narrow terminals and without Unicode too")
    func rulesInFortyColumns() {
        #expect(
            humanText(report(SmallSpecs.rules), width: 40, isUnicode: false) == """
                specs/small.spec
                  check default
                    VIOLATED (4 steps; 199 states until
                      then,
                    SC, BIG=18446744073709551615
                    COLOURS={green, red})

                    small VIOLATED in 4 steps (shortest)
                      false because:
                        for r = room0:
                          house[r].guests.count < 2 ||
                          house[r].door == -1
                        2 < 2 || 1 == -1
                           1  action  enter(room0, red)
                             house[room0].guests: + {7,
                               red}
                             house[room0].seen: + red
                             last: nil -> room0
                           2  action  enter(room0, red)
                             house[room0].guests: + {7,
                               red}
                           3  action  leave(room0)
                             house[room0].guests: - {7,
                               red}
                             house[room0].door: -1 -> 1
                         x 4  action  enter(room0, red)
                             house[room0].guests: + {7,
                               red}
                      spec: specs/small.spec:22:1
                        22 | invariant small: all r i...
                      step 4: specs/small.spec:13:8
                        13 | action enter(r: room, c:...
                    reproduce: shmcheck check specs/small.spec


                """)
    }

    @Test("Without room for a column for each process one column tells who acts")
    func alignedList() {
        let text = humanText(report(SmallSpecs.asleep), width: 62)
        #expect(
            text.contains(
                """
                           1  taker  taker.acquire  box.lock: free → taker
                           2  taker  taker.sleep    box.lock: taker → free
                                                    taker asleep on box
                           3  giver  giver.acquire  box.full: false → true
                                                    giver ends
                      at the end:
                        taker  taker.resume (line 8): sleeps on box, until a
                               wakeup
                        giver  has ended

                """))
    }

    @Test("A full trace begins with the whole first state and names fields")
    func fullTrace() {
        let text = humanText(report(SmallSpecs.rules), width: 200, trace: .full)
        #expect(text.contains("\n       start                     house[room0].guests = []  house[room1].guests = []"))
        #expect(text.contains("house[room0].guests: + {number: 7, colour: red}"))
        let without = humanText(report(SmallSpecs.rules), trace: .off)
        #expect(!without.contains("house[room0]"))
        #expect(without.contains("small VIOLATED in 4 steps"))
    }

    @Test("What holds says over what, and what it rests on")
    func holds() {
        let text = """
            spec Light
            const HIGH = 2
            shared var on: bool
            shared var count: int in 0...HIGH
            action turn when count < HIGH { on = !on
                count += 1 }
            action reset when count == HIGH { count = 0 }
            action never when count > 5 { on = false }
            invariant bounded: count <= HIGH
            reachable full: count == HIGH
            reachable beyond: count > HIGH
            check expect holds

            """
        let result = report(text)
        #expect(
            humanText(result) == """
                specs/small.spec
                  check default  NOT REACHED (exhaustive: 3 states, SC, HIGH=2)
                    expected: holds — NOT MET: beyond NOT REACHED
                    reachable full: witnessed at depth 2
                    reachable beyond: NOT REACHED
                    steps never enabled: never
                    reproduce: shmcheck check specs/small.spec


                """)
        #expect(summaryText([result]) == "1 check: 0 as expected, 1 not\n")
        let good = report(text.split(separator: "\n").filter { !$0.contains("beyond") }.joined(separator: "\n") + "\n")
        #expect(
            humanText(good) == """
                specs/small.spec
                  check default  HOLDS (exhaustive: 3 states, SC, HIGH=2)
                    expected: holds — met
                    reachable full: witnessed at depth 2
                    steps never enabled: never


                """)
        #expect(humanText(good, verbosity: -1).split(separator: "\n").count == 3)
        #expect(humanText(good, verbosity: 1).contains("    invariant bounded: HOLDS, evaluated "))
    }

    @Test("A bound and a limit are part of the verdict")
    func bounds() {
        let bounded = humanText(report(SmallSpecs.rules) { $0.limits.depth = 2 })
        #expect(bounded.contains("HOLDS WITHIN BOUND (depth ≤ 2; "))
        #expect(bounded.contains("frontier states not expanded, SC"))
        let limited = humanText(report(SmallSpecs.rules) { $0.limits.states = 3 })
        #expect(limited.contains("INCONCLUSIVE (state limit; "))
        #expect(limited.contains(" complete, SC"))
        #expect(summaryText([report(SmallSpecs.rules) { $0.limits.states = 3 }]) == "1 check: 1 INCONCLUSIVE\n")
    }

    @Test("A rejected or missing file is an error")
    func errors() {
        let rejected = report("spec Bad\naction a { x = 1 }\n")
        #expect(humanText(rejected) == "specs/small.spec\n  ERROR (the spec is rejected: 1 error)\n\n")
        let unread = SpecResult(path: "none.spec", checks: [], diagnostics: [], readError: "no such file")
        #expect(humanText(unread) == "none.spec\n  ERROR no such file\n\n")
        #expect(summaryText([rejected, unread]) == "1 file rejected; 1 file could not be read\n")
        #expect(summaryText([]) == "nothing to check\n")
    }

    @Test("A fault by itself, or all with -v, shows its run")
    func faults() {
        let alone = humanText(report(SmallSpecs.ring) { $0.fault = "F2" })
        #expect(alone.contains("  fault F2  VIOLATED (in the first state; "))
        #expect(alone.contains("    the first put is lost, and the second\n"))
        #expect(alone.contains("✗ start"))
        #expect(alone.contains("reproduce: shmcheck check specs/small.spec --fault F2\n"))
        let all = humanText(report(SmallSpecs.ring), verbosity: 1)
        #expect(all.contains("expected: violated none_lost — met"))
        #expect(all.contains("  fault F2  VIOLATED"))
    }

    @Test("A fault that is not found says why")
    func faultNotFound() {
        let text = SmallSpecs.ring.split(separator: "\n").map { $0.contains("fault F2") ? "" : String($0) }
        let result = report(
            text.joined(separator: "\n")
                + "\nfault F3 \"one producer fewer\" { const SLOTS = 4 } expect violated none_lost\n")
        let report = humanText(result)
        #expect(report.contains("  fault F3  HOLDS (exhaustive: "))
        #expect(report.contains("    expected: violated none_lost — NOT MET: none_lost HOLDS\n"))
        #expect(summaryText([result]) == "1 check: 1 as expected; 1 of 2 faults found\n")
    }
}
