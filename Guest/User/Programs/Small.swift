// Small programs: echo, kill, halt and park.

@c func echo_main(_ argc: Int32, _ argv: ArgumentVector) -> Int32 {
    for i in 1..<max(Int(argc), 1) {
        guard let word = argv[i] else { break }
        print(i > 1 ? " \(word)" : "\(word)")
    }
    print("\n")
    return 0
}

@c func kill_main(_ argc: Int32, _ argv: ArgumentVector) -> Int32 {
    guard argc == 2, let word = argv[1], let pid = parse(word), let number = Int32(exactly: pid) else {
        give_up("usage: kill PID\n")
    }
    if kill(number) < 0 { give_up("kill: there is no process \(number)\n") }
    return 0
}

/// Ends the machine. Status 0, which is what it is without an argument, is success.
@c func halt_main(_ argc: Int32, _ argv: ArgumentVector) -> Int32 {
    if argc < 2 { shutdown(0) }
    guard argc == 2, let word = argv[1], let status = parse(word), (0...255).contains(status) else {
        give_up("usage: halt [STATUS]\n")
    }
    shutdown(Int32(status))
}

/// Does nothing but ask for its number, for ever. A replay makes it issue other system calls; all its memory may be written
/// (`park.ld`), so that any of it can be an argument.
@c func park_main(_ argc: Int32, _ argv: ArgumentVector) -> Int32 {
    while true { _ = getpid() }
}
