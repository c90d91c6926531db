// All tests, by number. Switches, since a table in memory would be made when it is first used.

/// The test with this number; nil behind the last.
func test(_ number: Int) -> Test? {
    var left = number
    if left < 9 { return call_test(left) }
    left -= 9
    if left < 11 { return queue_test(left) }
    left -= 11
    if left < 9 { return server_test(left) }
    left -= 9
    if left < 16 { return map_test(left) }
    left -= 16
    if left < 6 { return lifetime_test(left) }
    left -= 6
    if left < 8 { return race_test(left) }
    left -= 8
    if left < 11 { return region_test(left) }
    left -= 11
    if left < 9 { return prime_test(left) }
    return nil
}

private func call_test(_ i: Int) -> Test? {
    switch i {
    case 0: Test(name: "fork_wait", body: CallTests.fork_wait)
    case 1: Test(name: "fork_full", body: CallTests.fork_full)
    case 2: Test(name: "fork_memory", body: CallTests.fork_memory)
    case 3: Test(name: "sbrk_rules", body: CallTests.sbrk_rules)
    case 4: Test(name: "exec_rules", body: CallTests.exec_rules)
    case 5: Test(name: "kill_rules", body: CallTests.kill_rules)
    case 6: Test(name: "user_faults", body: CallTests.user_faults)
    case 7: Test(name: "bad_addresses", body: CallTests.bad_addresses)
    case 8: Test(name: "sleep_uptime", body: CallTests.sleep_uptime)
    default: nil
    }
}

private func queue_test(_ i: Int) -> Test? {
    switch i {
    case 0: Test(name: "Q1", body: QueueTests.Q1)
    case 1: Test(name: "Q2", body: QueueTests.Q2)
    case 2: Test(name: "Q2_race", body: QueueTests.Q2_race)
    case 3: Test(name: "killed_in_full", body: QueueTests.killed_in_full)
    case 4: Test(name: "Q3", body: QueueTests.Q3)
    case 5: Test(name: "Q4", body: QueueTests.Q4)
    case 6: Test(name: "Q5", body: QueueTests.Q5)
    case 7: Test(name: "Q6", body: QueueTests.Q6)
    case 8: Test(name: "Q7", body: QueueTests.Q7)
    case 9: Test(name: "Q8", body: QueueTests.Q8)
    case 10: Test(name: "Q9", body: QueueTests.Q9)
    default: nil
    }
}

private func server_test(_ i: Int) -> Test? {
    switch i {
    case 0: Test(name: "S1", body: ServerTests.S1)
    case 1: Test(name: "S2", body: ServerTests.S2)
    case 2: Test(name: "S3", body: ServerTests.S3)
    case 3: Test(name: "S4", body: ServerTests.S4)
    case 4: Test(name: "S4_header", body: ServerTests.S4_header)
    case 5: Test(name: "S5", body: ServerTests.S5)
    case 6: Test(name: "S6", body: ServerTests.S6)
    case 7: Test(name: "S6_after", body: ServerTests.S6_after)
    case 8: Test(name: "S7", body: ServerTests.S7)
    default: nil
    }
}

private func map_test(_ i: Int) -> Test? {
    switch i {
    case 0: Test(name: "M1", body: MapTests.M1)
    case 1: Test(name: "M2", body: MapTests.M2)
    case 2: Test(name: "M3", body: MapTests.M3)
    case 3: Test(name: "M4", body: MapTests.M4)
    case 4: Test(name: "M5", body: MapTests.M5)
    case 5: Test(name: "M6", body: MapTests.M6)
    case 6: Test(name: "M7", body: MapTests.M7)
    case 7: Test(name: "M8", body: MapTests.M8)
    case 8: Test(name: "M9", body: MapTests.M9)
    case 9: Test(name: "M10", body: MapTests.M10)
    case 10: Test(name: "M11", body: MapTests.M11)
    case 11: Test(name: "M12", body: MapTests.M12)
    case 12: Test(name: "M13", body: MapTests.M13)
    case 13: Test(name: "M14", body: MapTests.M14)
    case 14: Test(name: "M15", body: MapTests.M15)
    case 15: Test(name: "M16", body: MapTests.M16)
    default: nil
    }
}

private func lifetime_test(_ i: Int) -> Test? {
    switch i {
    case 0: Test(name: "U1", body: LifetimeTests.U1)
    case 1: Test(name: "U2", body: LifetimeTests.U2)
    case 2: Test(name: "U3", body: LifetimeTests.U3)
    case 3: Test(name: "U4", body: LifetimeTests.U4)
    case 4: Test(name: "U5", body: LifetimeTests.U5)
    case 5: Test(name: "U6", body: LifetimeTests.U6)
    default: nil
    }
}

private func race_test(_ i: Int) -> Test? {
    switch i {
    case 0: Test(name: "R1", body: RaceTests.R1)
    case 1: Test(name: "R2", body: RaceTests.R2)
    case 2: Test(name: "R3", body: RaceTests.R3)
    case 3: Test(name: "R4", body: RaceTests.R4)
    case 4: Test(name: "R5", body: RaceTests.R5)
    case 5: Test(name: "R5L", body: RaceTests.R5L)
    case 6: Test(name: "R6", body: RaceTests.R6)
    case 7: Test(name: "R7", body: RaceTests.R7)
    default: nil
    }
}

private func region_test(_ i: Int) -> Test? {
    switch i {
    case 0: Test(name: "P1", body: RegionTests.P1)
    case 1: Test(name: "P2", body: RegionTests.P2)
    case 2: Test(name: "P3", body: RegionTests.P3)
    case 3: Test(name: "P4", body: RegionTests.P4)
    case 4: Test(name: "P5", body: RegionTests.P5)
    case 5: Test(name: "P6", body: RegionTests.P6)
    case 6: Test(name: "P7", body: RegionTests.P7)
    case 7: Test(name: "P9", body: RegionTests.P9)
    case 8: Test(name: "X2", body: RegionTests.X2)
    case 9: Test(name: "X3", body: RegionTests.X3)
    case 10: Test(name: "X4", body: RegionTests.X4)
    default: nil
    }
}

private func prime_test(_ i: Int) -> Test? {
    switch i {
    case 0: Test(name: "P8", body: PrimeTests.P8)
    case 1: Test(name: "P10", body: PrimeTests.P10)
    case 2: Test(name: "P10_latest", body: PrimeTests.P10_latest)
    case 3: Test(name: "P11", body: PrimeTests.P11)
    case 4: Test(name: "P12", body: PrimeTests.P12)
    case 5: Test(name: "P12_poll", body: PrimeTests.P12_poll)
    case 6: Test(name: "P13", body: PrimeTests.P13)
    case 7: Test(name: "X1", body: PrimeTests.X1)
    case 8: Test(name: "X1_end", body: PrimeTests.X1_end)
    default: nil
    }
}
