// Every kind of item, and what it holds.
import Model
import Testing

@Suite struct SyntaxItemTests {
    @Test(arguments: [
        ("const A = 1", "constant"), ("const A: int in 1...4 = any", "constant"),
        ("const A: u64 = 1, B = 2", "constant,constant"),
        ("const A = 1,\n B = 2", "constant,constant"),
        ("enum State { init, done, error }", "enumeration"), ("enum E {\n a\n b, c\n}", "enumeration"),
        ("struct Request { src: pid, dst: pid, type: u32 }", "structure"), ("struct E {}", "structure"),
        ("type Item = Request?", "typeAlias"), ("import \"lib/ring.spec\"", "importFile"),
        ("import \"lib/ring.spec\" (SLOTS: 3, Item: Request)", "importFile"),
        ("sort frame[N]", "sort"), ("ordered sort page[4] symmetric", "sort"), ("harts 2", "harts"),
        ("shared var x: int in 0..<4 guarded by lock = 0", "sharedVariable"),
        ("shared var x: u64 = any", "sharedVariable"),
        ("shared var x: u64 = any.y", "sharedVariable"),
        ("shared queue guarded by lock { lock: spinlock, read: int\n write: int }", "sharedGroup"),
        ("shared proc[NPROC] { lock: spinlock\n state: State guarded by lock = .unused }", "sharedGroup"),
        ("shared proc[p] private { sz: u64 aligned PAGE = 0 }", "sharedGroup"),
        ("per hart var cur: pid?", "perHartVariable"), ("ghost var served = 0", "ghostVariable"),
        ("ghost var log: seq<Request> max 3 guarded by lock", "ghostVariable"),
        ("ghost var n: int = 0 guarded by queue.lock for writing", "ghostVariable"),
        ("init { x = 1 }", "initialize"), ("pure full() -> bool = a ==\n b", "pure"),
        ("pure f(a: T, b: U) -> int { return a }", "pure"), ("func f() { }", "function"),
        ("func f(a: T, l: inout spinlock) -> R? { }", "function"), ("func f() returns holding l { }", "function"),
        ("func f() -> R returns holding a.lock, b[0].lock { }", "function"),
        ("action tick { }", "action"),
        ("action take(i: S, j: int in 0..<4, k in E, b: bool) when i != j { }", "action"),
        ("fair action a when x > 1 { }", "action"), ("process p { }", "process"),
        ("process p[N] symmetric except first starts(c: cmd) { }", "process"), ("process p[N] starts { }", "process"),
        ("fair daemon process p { }", "process"), ("strong fair process p { }", "process"),
        ("fair when F process p { }", "process"), ("strong fair when F > 1 daemon process p { }", "process"),
        ("invariant a: x\n \"text\"", "property"), ("invariant always a: x \"text\"", "property"),
        ("transition a: old(x) <= x", "property"), ("final a: x", "property"), ("reachable a: x", "property"),
        ("reachable always a: x", "property"), ("eventually a: x", "property"), ("invariant always: x", "property"),
        ("temporal a: always(eventually(x))", "property"), ("leadsto a: p ~> q", "leadsTo"),
        ("leadsto a(i in S, j in T): p[i]\n ~> q[j]\n \"text\"", "leadsTo"),
        ("prove a(x: u64, y: u64) where x < y {\n let z = x + y\n z > x\n}\n\"text\"", "prove"),
        ("prove a() { true }", "prove"),
        ("check", "check"), ("check expect holds", "check"), ("check big(SLOTS: 16) expect holds", "check"),
        ("check weak(memory: weak, dependencies: none, depth: 40)", "check"), ("check (A: 1) expect deadlock", "check"),
        ("check a expect violated only b", "check"), ("check a expect violated only", "check"),
        ("check expect not_reached b", "check"), ("check expect rejected unknown_name", "check"),
        ("check expect violated panic", "check"),
        ("fault Q1 \"story\" { pure f() -> bool = a\n shared queue { read: int = 0 } } expect violated b", "fault"),
        ("fault Q2(N: 3) \"story\" { }", "fault"), ("memory tso", "memory"),
        ("view queue as ring(slots, head: read, tail: write)", "view"), ("view pt as pages", "view"),
        ("kernel \"guest\" { }", "kernel"),
    ])
    func everyKindIsParsed(text: String, expected: String) {
        let parsed = Parsed(items: text + "\nconst LAST = 0")
        #expect(parsed.diagnostics.map(\.message) == [])
        #expect(parsed.items.map { caseName($0.kind) }.joined(separator: ",") == expected + ",constant")
    }

    @Test func aProcessKeepsAllItsWords() throws {
        let item = Parsed(items: "strong fair when F daemon process p[N] symmetric except first starts(c: cmd) { f() }")
            .items.first
        guard case .process(let process)? = item?.kind else {
            Issue.record("no process")
            return
        }
        #expect(process.fairness?.isStrong == true && process.fairness?.condition != nil)
        #expect(process.isDaemon && process.isSymmetric && process.count != nil)
        #expect(process.exception?.text == "first")
        #expect(process.starts?.map(\.name.text) == ["c"])
        #expect(process.body.statements.count == 1)
    }

    @Test func aFieldKeepsAllItsClauses() throws {
        let text =
            "shared s {\n a: u64 guarded by q.lock for writing aligned 4 KiB = 0\n b: T private\n c: int = any\n}"
        guard case .sharedGroup(_, _, nil, let fields)? = Parsed(items: text).items.first?.kind, fields.count == 3
        else {
            Issue.record("no group of three fields")
            return
        }
        guard case .guarded(let lock, true)? = fields[0].protection, case .isPrivate? = fields[1].protection,
            case .any? = fields[2].initial, case .expression(let zero)? = fields[0].initial
        else {
            Issue.record("other clauses than expected")
            return
        }
        #expect(Parsed.print(lock) == "q.lock" && Parsed.print(zero) == "0")
        #expect(fields[0].alignment.map(Parsed.print) == "4096")
    }

    @Test func aFuncKeepsWhatItReturnsHolding() throws {
        let item = Parsed(items: "func f(a: T, l: inout spinlock) -> R? returns holding a.lock, l { }").items.first
        guard case .function(_, let parameters, let result?, let held, _)? = item?.kind else {
            Issue.record("no func")
            return
        }
        #expect(parameters.map(\.isInout) == [false, true])
        #expect(Parsed.print(result) == "optional(R)")
        #expect(held.map(Parsed.print) == ["a.lock", "l"])
    }

    @Test func outcomesAndSettings() throws {
        let parsed = Parsed(
            items: "check a(N: 3, memory: tso) expect violated only b\nfault F \"s\" {\n} expect violated c")
        guard case .check(_, let settings, .violated(let first, true)?)? = parsed.items.first?.kind,
            case .fault(_, _, "s", _, .violated(let second, false)?)? = parsed.items.last?.kind
        else {
            Issue.record("other items than expected")
            return
        }
        #expect(settings.map(\.name.text) == ["N", "memory"])
        #expect([first.text, second.text] == ["b", "c"])
    }

    @Test func bindingsKeepTheKernelsSideAsWritten() throws {
        let parsed = Parsed(
            items: """
                kernel "guest" {
                    const SLOTS          = REQUEST_SLOTS        // a comment
                    state queue.slots[i] = shmem_queue.requests[i] unless .src_pid == -1
                    state p.x            = ((struct proc *)&proc[p])->x['a'] + 0x8000UL
                    state p.y            = abstract p.x + 1
                    lock  queue.lock     = shmem_queue.lock
                    func  insert(r)      = shmem_queue_insert(src_pid: r.src)
                                           via syscall crypto_op(r.va, r.size)   // how
                    func  remove         = shmem_queue_remove
                    func  read(a)        = via load(a * 4)
                    func  begin          = via boot
                    func  run            = exec via exec
                    value insert         = result == 0
                    value insert.r       = result
                    step  insert.put     = line "shmem.c":51
                    pid                  = proc[].pid
                    process client[0]    = program "crypto_cli"
                    console "prime"      = command.prime
                    fail mappages        = Room.short
                    fail kwait(-1)       = 2
                    harts 2
                }
                kernel "one" { pid = proc[].pid }
                """)
        #expect(parsed.diagnostics.map(\.message) == [])
        guard case .kernel("guest", let bindings)? = parsed.items.first?.kind else {
            Issue.record("no kernel block")
            return
        }
        #expect(
            bindings.map(describe) == [
                "const SLOTS|REQUEST_SLOTS", "state queue.slots[i]|shmem_queue.requests[i]|.src_pid == -1",
                "state p.x|((struct proc *)&proc[p])->x['a'] + 0x8000UL|", "abstract p.y|(p.x + 1)",
                "lock queue.lock|shmem_queue.lock",
                "func insert(r)|shmem_queue_insert(src_pid: r.src)|crypto_op(r.va, r.size)",
                "func remove()|shmem_queue_remove()|()",
                "func read(a)|-()|load((a * 4))", "func begin()|-()|boot()",
                "func run()|exec()|exec()", "value insert.-|result == 0", "value insert.r|result",
                "step insert.put|line \"shmem.c\":51", "pid|proc[].pid",
                "process client[0]|program \"crypto_cli\"", "console prime|command.prime", "fail mappages||Room.short",
                "fail kwait|(-1)|2", "harts 2",
            ])
    }

    private func describe(_ binding: BindingSyntax) -> String {
        switch binding.kind {
        case .constant(let name, let kernel): "const \(name.text)|\(kernel)"
        case .state(let place, let kernel?, let unless, _): "state \(Parsed.print(place))|\(kernel)|\(unless ?? "")"
        case .state(let place, nil, _, let abstract):
            "abstract \(Parsed.print(place))|\(abstract.map(Parsed.print) ?? "")"
        case .lock(let place, let kernel): "lock \(Parsed.print(place))|\(kernel)"
        case .function(let name, let parameters, let kernel, let arguments, let way, let call, let callArguments):
            "func \(name.text)(\(parameters.map(\.text).joined(separator: ", ")))|\(kernel?.text ?? "-")"
                + "(\(Parsed.print(arguments)))|\(call?.text ?? way?.text ?? "")(\(Parsed.print(callArguments)))"
        case .value(let function, let parameter, let kernel):
            "value \(function.text).\(parameter?.text ?? "-")|\(kernel)"
        case .step(let place, let kernel): "step \(Parsed.print(place))|\(kernel)"
        case .pid(let kernel): "pid|\(kernel)"
        case .process(let place, let kernel): "process \(Parsed.print(place))|\(kernel)"
        case .console(let text, let choice): "console \(text)|\(choice)"
        case .failure(let function, let value, let choice):
            "fail \(function.text)|\(value.map { Parsed.print($0) } ?? "")|\(choice)"
        case .harts(let count): "harts \(Parsed.print(count))"
        }
    }
}
