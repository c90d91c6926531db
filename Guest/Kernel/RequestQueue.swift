// System A, the queue of requests: a ring under a lock, with sleeping clients on one side and the server on the other.
//
// `read_idx` is -1 until something was inserted. One slot stays open, so that a full ring is not taken for an empty one.

func queueinit() {
    initlock(queue_lock(), "shmem_queue")
    shmem_queue.read_idx = -1
    shmem_queue.write_idx = 0
    shmem_queue.serving = 0
    for i in 0..<Int(REQUEST_SLOTS) { request_at(i).pointee = free_request() }
}

func free_request() -> shmem_request {
    shmem_request(src_pid: -1, dst_pid: -1, src_va: 0, size: 0, pages: nil)
}

func queue_channel() -> UnsafeRawPointer { UnsafeRawPointer(queue_lock()) }

private func full() -> Bool { (shmem_queue.write_idx + 1) % Int32(REQUEST_SLOTS) == shmem_queue.read_idx }
private func pending() -> Bool { shmem_queue.read_idx != -1 && shmem_queue.read_idx != shmem_queue.write_idx }

/// Looked at by those who sleep here: what they wait for may never come.
private func interrupted() -> Bool { killed(myproc()) }

/// Puts a request into the queue, and sleeps while that is full. False when there is no server, or the caller is killed.
@c @inline(never) func shmem_queue_insert(
    _ src_pid: Int32, _ dst_pid: Int32, _ src_va: UInt64, _ size: UInt64, _ pages: UnsafeMutablePointer<UInt64>
) -> Bool {
    acquire(queue_lock())
    while shmem_queue.serving != 0 && full() {
        if interrupted() {
            release(queue_lock())
            return false
        }
        sleep(queue_channel(), queue_lock())
    }
    let accepted = shmem_queue.serving != 0
    if accepted {
        request_at(Int(shmem_queue.write_idx)).pointee = shmem_request(
            src_pid: src_pid, dst_pid: dst_pid, src_va: src_va, size: size, pages: pages)
        shmem_queue.write_idx = (shmem_queue.write_idx + 1) % Int32(REQUEST_SLOTS)
        if shmem_queue.read_idx == -1 { shmem_queue.read_idx = 0 }
        wakeup(queue_channel())
    }
    release(queue_lock())
    return accepted
}

/// Takes the oldest request out; the caller holds the queue's lock, and there is one.
private func dequeue() -> shmem_request {
    let slot = request_at(Int(shmem_queue.read_idx))
    let r = slot.pointee
    slot.pointee = free_request()
    shmem_queue.read_idx = (shmem_queue.read_idx + 1) % Int32(REQUEST_SLOTS)
    wakeup(queue_channel())
    return r
}

/// Waits for a request and takes it out. False when the caller is killed.
@c @inline(never) func shmem_queue_remove(_ r: UnsafeMutablePointer<shmem_request>) -> Bool {
    acquire(queue_lock())
    while !pending() {
        if interrupted() {
            release(queue_lock())
            return false
        }
        sleep(queue_channel(), queue_lock())
    }
    r.pointee = dequeue()
    release(queue_lock())
    return true
}

/// A server is there, or is there no more. Without one nothing is accepted, and what was accepted is ended.
func set_serving(_ serving: Bool) {
    acquire(queue_lock())
    shmem_queue.serving = serving ? 1 : 0
    while !serving && pending() { fail(dequeue()) }
    wakeup(queue_channel())
    release(queue_lock())
}
