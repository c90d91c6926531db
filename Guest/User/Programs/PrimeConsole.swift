// primecom: reads commands from the console, answers what is asked, and hands the others to primecalc.

private let line_size: UInt64 = 128

@c func primecom_main(_ argc: Int32, _ argv: ArgumentVector) -> Int32 {
    let channel = PrimeChannel(program: "primecom")
    guard let memory = malloc(line_size) else { give_up("primecom: no memory\n") }
    let line = memory.assumingMemoryBound(to: CChar.self)
    while true {
        print("primecom> ")
        let count = read(line, line_size - 1)
        // The end of the input ends all, as `end` does: nobody could any more.
        if count <= 0 {
            order(channel, UInt32(COMMAND_END), "end")
            return 0
        }
        let text = trim(line, Int(count))
        if obey(channel, text) == .ended { return 0 }
    }
}

private enum Outcome {
    case goes_on, ended
}

private func obey(_ channel: PrimeChannel, _ text: UnsafeMutablePointer<CChar>) -> Outcome {
    if equal(text, "") {
    } else if equal(text, "latest") {
        if let (n, prime) = channel.latest {
            print("prime \(Int64(n)) is \(Int64(prime))\n")
        } else {
            print("no prime is computed yet\n")
        }
    } else if equal(text, "pause") {
        order(channel, UInt32(COMMAND_PAUSE), "pause")
    } else if equal(text, "resume") {
        order(channel, UInt32(COMMAND_RESUME), "resume")
    } else if equal(text, "end") {
        order(channel, UInt32(COMMAND_END), "end")
        return .ended
    } else if let n = number(of: text) {
        print_prime(channel, n)
    } else {
        print("primecom: prime N, latest, pause, resume, end\n")
    }
    return .goes_on
}

private func order(_ channel: PrimeChannel, _ command: UInt32, _ name: StaticString) {
    if channel.post(command) { print("\(name): supersedes a command that was not obeyed yet\n") }
}

private func print_prime(_ channel: PrimeChannel, _ n: Int64) {
    if let prime = channel.prime(n) {
        print("prime \(n) is \(Int64(prime))\n")
    } else if n < 1 || n > Int64(PRIME_LIMIT) {
        print("there are primes 1 to \(Int64(PRIME_LIMIT))\n")
    } else {
        print("prime \(n) is not computed yet\n")
    }
}

/// The number in `prime N`.
private func number(of text: UnsafeMutablePointer<CChar>) -> Int64? {
    let word: StaticString = "prime "
    for i in 0..<word.utf8CodeUnitCount where UInt8(bitPattern: text[i]) != word.utf8Start[i] { return nil }
    return parse(text + word.utf8CodeUnitCount)
}

/// Without the end of the line, and blanks at either end.
private func trim(_ line: UnsafeMutablePointer<CChar>, _ count: Int) -> UnsafeMutablePointer<CChar> {
    var end = count
    while end > 0, line[end - 1] == 10 || line[end - 1] == 32 { end -= 1 }
    line[end] = 0
    var start = line
    while start.pointee == 32 { start += 1 }
    return start
}
