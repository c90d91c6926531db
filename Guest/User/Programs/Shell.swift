// sh: runs programs by name, with arguments; `&` at the end of a line does not wait.

private let line_size = 128

@c func sh_main(_ argc: Int32, _ argv: ArgumentVector) -> Int32 {
    guard let memory = malloc(UInt64(line_size)) else { give_up("sh: no memory\n") }
    let line = memory.assumingMemoryBound(to: CChar.self)
    while true {
        print("$ ")
        let count = read(line, UInt64(line_size) - 1)
        if count <= 0 { return 0 }
        line[Int(count)] = 0
        // What is longer than a line is refused, not cut: half a command is another command.
        if line[Int(count) - 1] != 10 {
            skip_rest(line)
            print("sh: the line is too long\n")
        } else if var command = CommandLine(line) {
            command.run()
        }
    }
}

private func skip_rest(_ line: UnsafeMutablePointer<CChar>) {
    while true {
        let count = read(line, UInt64(line_size) - 1)
        if count <= 0 || line[Int(count) - 1] == 10 { return }
    }
}

/// A line, cut into words.
private struct CommandLine {
    private var words = InlineArray<17, CString?>(repeating: nil)
    private var count = 0
    private var waits = true

    /// Nil when there is nothing to run.
    init?(_ line: UnsafeMutablePointer<CChar>) {
        var at = line
        while true {
            while is_space(at.pointee) { at += 1 }
            if at.pointee == 0 { break }
            if count == Int(MAXARG) {
                print("sh: too many arguments\n")
                return nil
            }
            words[count] = CString(at)
            count += 1
            while at.pointee != 0 && !is_space(at.pointee) { at += 1 }
            if at.pointee != 0 {
                at.pointee = 0
                at += 1
            }
        }
        if count > 0, let last = words[count - 1], equal(last, "&") {
            count -= 1
            words[count] = nil
            waits = false
        }
        if count == 0 { return nil }
    }

    mutating func run() {
        guard let name = words[0] else { return }
        let pid = fork()
        if pid < 0 {
            print("sh: cannot fork\n")
        } else if pid == 0 {
            var span = words.mutableSpan
            span.withUnsafeMutableBufferPointer { argv in
                guard let base = argv.baseAddress else { return }
                _ = exec(name, base)
            }
            print("sh: \(name): there is no such program\n")
            exit(127)
        } else if waits {
            // Others that end meanwhile ran in the background.
            while true {
                let ended = wait(nil)
                if ended == pid || ended < 0 { return }
            }
        }
    }
}

private func is_space(_ c: CChar) -> Bool { c == 32 || c == 9 || c == 10 }
