// shmem_test1 and shmem_test2: a parent and a child that share pages.

/// The parent maps into the child, which reads through the mapping.
@c func shmem_test1_main(_ argc: Int32, _ argv: ArgumentVector) -> Int32 {
    let text = put(c_string("Hello child"))
    // The child's memory ends where this one ends now: that is where the page will be.
    let end = size_of_memory()
    let parent = Int32(getpid())
    let child = Int32(fork())
    if child < 0 { give_up("shmem_test1: cannot fork\n") }
    if child == 0 {
        while size_of_memory() == end { _ = sleep(1) }
        let mapped = page_up(end) + text % page
        print("child: \(CString(OpaquePointer(memory(mapped))))\n")
        exit(0)
    }
    if map_shared_pages(parent, child, text, page - text % page) == FAILED {
        _ = kill(child)
        _ = wait(nil)
        give_up("shmem_test1: cannot map\n")
    }
    var status: Int32 = -1
    _ = wait(&status)
    return status
}

/// The child maps from the parent, writes, unmaps, and goes on with memory of its own.
@c func shmem_test2_main(_ argc: Int32, _ argv: ArgumentVector) -> Int32 {
    let text = put(c_string("Hello nobody"))
    let parent = Int32(getpid())
    let child = Int32(fork())
    if child < 0 { give_up("shmem_test2: cannot fork\n") }
    if child == 0 { write_and_unmap(parent, text) }
    var status: Int32 = -1
    _ = wait(&status)
    print("parent: \(CString(OpaquePointer(memory(text))))\n")
    return status
}

private func write_and_unmap(_ parent: Int32, _ text: UInt64) -> Never {
    let me = Int32(getpid())
    print("child: size before map: \(size_of_memory())\n")
    let mapped = map_shared_pages(parent, me, text, 64)
    if mapped == FAILED { give_up("shmem_test2: cannot map\n") }
    print("child: size after map: \(size_of_memory())\n")
    copy(c_string("Hello daddy"), to: mapped)
    if unmap_shared_pages(me, mapped, 64) < 0 { give_up("shmem_test2: cannot unmap\n") }
    print("child: size after unmap: \(size_of_memory())\n")
    guard let own = malloc(100_000) else { give_up("shmem_test2: no memory\n") }
    memset(own, 0x55, 100_000)
    print("child: size after malloc: \(size_of_memory())\n")
    exit(0)
}

/// Text in memory of the heap, away from what else the program has in its pages.
private func put(_ text: CString) -> UInt64 {
    guard let place = malloc(64) else { give_up("no memory\n") }
    copy(text, to: address(place))
    return address(place)
}

private func copy(_ text: CString, to va: UInt64) { memmove(memory(va), text, length(text) + 1) }
