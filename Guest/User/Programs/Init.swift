// init: the first process. Starts the crypto server and the shell, and each again when it has ended.

@c func init_main(_ argc: Int32, _ argv: ArgumentVector) -> Int32 {
    if start_server() < 0 { give_up("init: there is no crypto server\n") }
    var shell = start_shell()
    while true {
        let pid = wait(nil)
        if pid == Int64(SERVER_PID) {
            // Its slot is free. What may be short for a moment is memory.
            while start_server() < 0 { _ = sleep(1) }
            // Said only now: whoever reads it may submit.
            print("init: the crypto server had ended, and has been started again\n")
        } else if pid == shell {
            shell = start_shell()
        }
        // Any other was an orphan.
    }
}

private func start_shell() -> Int64 {
    let pid = fork()
    if pid == 0 {
        run("sh")
        give_up("init: there is no shell\n")
    }
    return pid
}

/// Becomes the program, without arguments; comes back when that cannot be.
func run(_ name: StaticString) {
    var argv: (CString?, CString?) = (c_string(name), nil)
    withUnsafeBytes(of: &argv) { bytes in
        guard let base = bytes.baseAddress else { return }
        _ = exec(c_string(name), base.assumingMemoryBound(to: CString?.self))
    }
}
