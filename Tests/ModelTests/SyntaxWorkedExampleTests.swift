// The worked example of the language page, section 1: it parses without a word, and every part is where it belongs.
import Model
import Testing

@Suite struct SyntaxWorkedExampleTests {
    @Test func parsesWithoutADiagnostic() throws {
        let parsed = Parsed(workedExample)
        #expect(parsed.diagnostics.map(\.message) == [])
        #expect(parsed.spec?.name.text == "RequestQueue")
    }

    @Test func hasItsItemsInOrder() {
        #expect(
            Parsed(workedExample).items.map { caseName($0.kind) } == [
                "constant", "constant", "constant", "structure", "sharedGroup", "ghostVariable", "ghostVariable",
                "pure",
                "function", "function", "process", "process", "property", "property", "property", "view", "check",
                "check",
                "fault", "kernel",
            ])
    }

    @Test func everyRangeCoversItsText() {
        for item in Parsed(workedExample).items {
            let text = item.range.file.text(of: item.range)
            #expect(text.first?.isWhitespace == false && text.last?.isWhitespace == false)
        }
        guard
            case .function(_, _, _, _, let block)? = Parsed(workedExample).items.first(where: {
                caseName($0.kind) == "function"
            })?.kind
        else {
            Issue.record("no func")
            return
        }
        #expect(
            block.statements.map { $0.range.file.text(of: $0.range) } == [
                "acquire(queue.lock)", "while full() { sleep(queue, queue.lock) }",
                "put:\n    queue.slots[queue.write] = r", "queue.write = (queue.write + 1) % SLOTS",
                "if queue.read == -1 { queue.read = 0 }", "accepted.append(r)", "wakeup(queue)", "release(queue.lock)",
            ])
    }

    @Test func propertiesKeepTheirTextsAndBindingsTheirWords() {
        let items = Parsed(workedExample).items
        let messages = items.compactMap { item -> String?? in
            if case .property(_, _, _, let message) = item.kind { message } else { nil }
        }
        #expect(
            messages == [
                "an accepted request stays in its slot until the server takes it",
                "nobody sleeps while requests are pending", nil,
            ])
        guard case .kernel("guest", let bindings)? = items.last?.kind else {
            Issue.record("no kernel block")
            return
        }
        #expect(bindings.count == 10)
        guard case .function(let name, _, let kernel?, let arguments, _, let call?, let passed) = bindings[5].kind
        else {
            Issue.record("no func binding")
            return
        }
        #expect([name.text, kernel.text, call.text] == ["insert", "shmem_queue_insert", "crypto_op"])
        #expect(arguments.compactMap { $0.label?.text } == ["src_pid", "dst_pid", "src_va", "size"])
        #expect(Parsed.print(passed) == "r.va, r.size")
    }
}

/// `language.md`, section 1, byte for byte.
let workedExample = #"""
    spec RequestQueue                              // models kernel/shmem_queue.c

    const SLOTS = 3, CLIENTS = 2, ROUNDS = 2       // the kernel's table has 16

    struct Request { src: pid, dst: pid, va: u64, size: u64 }

    shared queue guarded by lock {
        lock:  spinlock
        slots: Request?[SLOTS]                     // nil = free
        read:  int in -1..<SLOTS = -1
        write: int in  0..<SLOTS =  0
    }
    ghost var accepted: seq<Request> max CLIENTS * ROUNDS
    ghost var served = 0

    pure full() -> bool = (queue.write + 1) % SLOTS == queue.read

    func insert(r: Request) {
        acquire(queue.lock)
        while full() { sleep(queue, queue.lock) }
      put:
        queue.slots[queue.write] = r
        queue.write = (queue.write + 1) % SLOTS
        if queue.read == -1 { queue.read = 0 }
        accepted.append(r)
        wakeup(queue)
        release(queue.lock)
    }

    func remove() -> Request {
        acquire(queue.lock)
        while queue.read == -1 || queue.read == queue.write { sleep(queue, queue.lock) }
      take:
        let r = queue.slots[queue.read]!           // taking an empty slot is a violation
        queue.slots[queue.read] = nil
        queue.read = (queue.read + 1) % SLOTS
        assert r == accepted[served], "requests leave in the order they were accepted"
        served += 1
        wakeup(queue)
        release(queue.lock)
        return r
    }

    process client[CLIENTS] symmetric {
        for i in 0..<ROUNDS { insert(Request(src: self, dst: server, va: 4096 * (i + 1), size: 4096)) }
    }
    fair daemon process server { loop { let r = remove() } }

    invariant no_lost_request: count(s in queue.slots where s != nil) == accepted.count - served
        "an accepted request stays in its slot until the server takes it"
    final all_served: served == CLIENTS * ROUNDS
        "nobody sleeps while requests are pending"
    reachable queue_fills: count(s in queue.slots where s != nil) == SLOTS - 1

    view queue as ring(slots, head: read, tail: write)

    check                                     expect holds
    check kernel_size(SLOTS: 16, ROUNDS: 8)   expect holds

    fault Q1 "the full test forgets the wrap: while read is 0 the queue is never full, and then it looks empty" {
        pure full() -> bool = queue.write == queue.read - 1
    } expect violated no_lost_request

    kernel "guest" {                               // bindings for replay, section 4; a fault selects the guest's variant of its name
        const SLOTS          = REQUEST_SLOTS
        state queue.lock     = shmem_queue.lock
        state queue.read     = shmem_queue.read_idx
        state queue.write    = shmem_queue.write_idx
        state queue.slots[i] = shmem_queue.requests[i] unless .src_pid == -1
        func  insert(r)      = shmem_queue_insert(src_pid: r.src, dst_pid: r.dst, src_va: r.va, size: r.size)
                               via syscall crypto_op(r.va, r.size)          // how a process gets there
        func  remove         = shmem_queue_remove via syscall take_shared_memory_request
        pid                  = proc[].pid            // which kernel number a process instance has
        process client       = program "crypto_cli"
        process server       = program "crypto_srv"
    }
    """#
