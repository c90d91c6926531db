// Whole blocks: the model's data against a C program's, element by element.

import Emu
import Foundation
import Model
import Replay
import Testing

@Suite struct BindingTests {
    private static let source = """
        struct spinlock { unsigned locked; int hart; };
        enum procstate { UNUSED, RUNNABLE, RUNNING };
        enum { COMMAND_NONE, COMMAND_STOP = 5 };
        enum { CALL_PUT = 9 };
        struct request { int src_pid, dst_pid; unsigned long src_va, size; };
        struct proc { struct spinlock lock; enum procstate state; int pid; struct proc *parent; char name[8]; };
        struct cpu { struct proc *proc; } cpus[2];
        struct proc proc[4] = {
            { { 0, -1 }, RUNNABLE, 7, 0, "one" }, { { 1, 1 }, RUNNING, 8, &proc[0], "two" }, { { 0, -1 }, UNUSED, 0, 0, "" },
        };
        struct { struct spinlock lock; struct request slots[3]; int head; unsigned command; } queue = {
            { 0, -1 }, { { 7, 8, 4096, 64 }, { -1 }, { -1 } }, 1, COMMAND_STOP,
        };
        struct request more[4];
        int put(int src_pid, unsigned long size) { return queue.head + src_pid + (int)size; }
        int keep = CALL_PUT;
        void _start(void) { keep = put(1, 2); cpus[0].proc = proc; for (;;) ; }
        """

    private static let spec = """
        spec S
        const SLOTS = 3
        enum State { unused, runnable }
        enum Command { none, stop }
        enum Name { one, two }
        struct Request { src: pid, va: u64, size: u64 }
        shared queue guarded by lock {
            lock: spinlock
            slots: Request?[SLOTS]
            head: int in 0..<SLOTS = 0
            command: Command
        }
        shared proc[pid] guarded by lock { lock: spinlock, state: State, number: int in 0..<99, parent: pid?, name: Name, mark: bool }
        func put(r: Request) {
            acquire(queue.lock)
            queue.slots[0] = r
            release(queue.lock)
        }
        process client[3] { put(Request(src: self, va: 4096, size: 64)) }
        check expect holds
        kernel "k" {
            const SLOTS = sizeof(queue.slots) / sizeof(queue.slots[0])
            state queue.lock = queue.lock
            state queue.slots[i] = queue.slots[i] unless .src_pid == -1
            state queue.head = queue.head
            state queue.command = queue.command
            state proc[p].lock = proc[p].lock
            state proc[p].state = proc[p].state
            state proc[p].number = proc[p].pid
            state proc[p].parent = proc[p].parent
            state proc[p].name = proc[p].name unless proc[p].pid == 0
            state proc[p].mark = abstract proc[p].mark
            func put(r) = put(src_pid: r.src, size: r.size) via syscall put(r.va, r.size)
            pid = proc[].pid
            process client = 7
        }
        """

    private static func model(_ text: String) throws -> TypedModel {
        let diagnostics = Diagnostics()
        var loader = SpecLoader(diagnostics: diagnostics) { _ in nil }
        let loading = loader.load(SourceFile(path: "s.spec", text: text))
        let loaded = try #require(loading)
        let model = typeCheck(loaded.items, settings: [], diagnostics: diagnostics)
        #expect(!diagnostics.hasErrors, "\(diagnostics.all.map(\.message))")
        return try #require(model)
    }

    private static func bind(
        _ text: String, _ program: CProgram, programs: [String: ProgramImage] = [:]
    ) throws -> KernelBindings {
        let model = try model(text)
        let kernel = try #require(model.kernels.first)
        return resolve(kernel, of: model, in: program.image) { name throws(SymbolError) in
            guard let image = programs[name] else { throw SymbolError("there is no program \(name)") }
            return image
        }
    }

    @Test func eachElementIsReadInTheModelsWords() throws {
        let program = try CProgram(["main.c": Self.source], ["-g", "-O1", "-fno-eliminate-unused-debug-types"])
        let bindings = try Self.bind(Self.spec, program)
        #expect(bindings.isComplete, "\(bindings.lines.compactMap { line in line.problem.map { (line.place, $0) } })")
        let situation = Situation(
            memory: FileMemory(program.image), index: { _, ordinal in ordinal < 2 ? Int64(ordinal) : nil },
            slot: { _ in nil }, pageTable: { _ in nil })
        func seen(_ place: String, _ number: Int) -> Result<Observation?, any Error> {
            Result {
                let state = try #require(bindings.states.first { $0.place == place })
                return try state.observe(state.elements[number], situation)
            }
        }
        let cases: [(String, Int, Observation)] = [
            ("queue.lock", 0, .lock(.free)),
            ("queue.slots[i]", 0, .some(.structure([.number(7), .integer(4096), .integer(64)]))),
            ("queue.slots[i]", 1, .null), ("queue.head", 0, .integer(1)), ("queue.command", 0, .member(1)),
            ("proc[p].lock", 0, .lock(.free)), ("proc[p].lock", 1, .lock(.held(hart: 1))),
            ("proc[p].state", 0, .member(1)), ("proc[p].state", 1, .foreign("RUNNING")),
            ("proc[p].number", 1, .integer(8)), ("proc[p].parent", 0, .null), ("proc[p].parent", 1, .some(.slot(0))),
            ("proc[p].name", 0, .member(0)), ("proc[p].name", 1, .member(1)),
        ]
        for (place, number, expected) in cases {
            #expect((try? seen(place, number).get()) == expected, "\(place) \(number): \(seen(place, number))")
        }
        // An element without a partner says so.
        #expect(throws: BindingError.self) { try seen("proc[p].state", 2).get() }
        let slots = try #require(bindings.states.first { $0.place == "queue.slots[i]" })
        let address = try #require(try KernelExpression.resolve("queue.slots[2]", in: program.image).address)
        let place = try slots.location(of: slots.elements[2], situation)
        #expect(place?.place == MemoryPlace(.kernel, address) && place?.size == 24)
        let put = try #require(bindings.functions.first)
        #expect(put.systemCall?.number == 9 && put.arguments.map(\.parameter.name) == ["src_pid", "size"])
        #expect(bindings.primitives.processTable?.count == 4 && bindings.primitives.hartCount == 2)
    }

    /// A line that is changed, and what is told of it then.
    private static let mistakes: [(line: String, by: String, message: String)] = [
        (
            "const SLOTS = sizeof(queue.slots) / sizeof(queue.slots[0])", "const SLOTS = sizeof(queue.slots)",
            "the spec says 3, the kernel has 72"
        ),
        (
            "const SLOTS = sizeof(queue.slots) / sizeof(queue.slots[0])", "const SLOTS = NSLOTS",
            "the kernel has no NSLOTS; a macro is in the file"
        ),
        (
            "state queue.head = queue.head", "state queue.head = queue.heat",
            "struct {…} has no member heat; did you mean head?"
        ),
        (
            "state queue.head = queue.head", "state queue.head = queue.lock",
            "the spec has a value of type int in 0..<3 where the kernel has struct spinlock"
        ),
        (
            "state queue.slots[i] = queue.slots[i] unless .src_pid == -1", "state queue.slots[i] = queue.slots[i]",
            "the spec's value may be nil, and nothing tells when the kernel's is"
        ),
        (
            "state queue.slots[i] = queue.slots[i] unless .src_pid == -1",
            "state queue.slots[i] = more[i] unless .src_pid == -1", "the spec has 3 elements, the kernel's more[] has 4"
        ),
        (
            "state proc[p].name = proc[p].name unless proc[p].pid == 0", "state proc[p].name = proc[p].pid",
            "the file has no enum with enumerators for all of one, two"
        ),
        (
            "func put(r) = put(src_pid: r.src, size: r.size)", "func put(r) = put(sorc_pid: r.src)",
            "put has no parameter sorc_pid; did you mean src_pid?; it has src_pid, size"
        ),
        (
            "func put(r) = put(src_pid: r.src, size: r.size)", "func put(r) = putt(r.src)",
            "the kernel has no function putt; did you mean put?"
        ),
        ("via syscall put(r.va, r.size)", "via syscall get(r.va)", "the number of the system call get is not known"),
        ("process client = 7", "process client = program \"shell\"", "there is no program shell"),
        ("process client = 7", "process client = hart 9", "the kernel's cpus[] has 2"),
        ("pid = proc[].pid", "pid = queue.head", "queue.head leaves out no index"),
        ("process client = 7", "harts 3", "the spec has 3 harts, the kernel's cpus[] has 2"),
        ("process client = 7", "step put.acquire = call put in keep", "the kernel has no function keep"),
        ("process client = 7", "step put.acquire = line \"main.c\":999", "no code comes from main.c:999"),
        ("process client = 7", "step put.acquire = enter put in user(\"shell\")", "there is no program shell"),
        (
            "process client = 7", "step put.acquire = enter put in user(shell)",
            "code of a program is `enter f in user(\"program\")`"
        ),
        ("process client = 7", "value put.r = resul", "the kernel has no resul"),
        ("process client = 7", "func put(r) = via load(r.va, 1)", "a load has one argument, the address"),
        ("process client = 7", "console \"stop\" = Command.halt", "Command has no case halt"),
        ("process client = 7", "fail put = Command.halt", "Command has no case halt"),
        ("process client = 7", "fail put = sometimes", "a choice is a case (`Command.pause`), a number, or a constant"),
        ("process client = 7", "fail put = 1", "it is inlined in _start: nobody can return from it in its place"),
        ("process client = 7", "fail putt = 1", "the kernel has no function putt; did you mean put?"),
    ]

    @Test func whatDoesNotFitIsTold() throws {
        let program = try CProgram(["main.c": Self.source], ["-g", "-O1", "-fno-eliminate-unused-debug-types"])
        for (line, replacement, message) in Self.mistakes {
            #expect(Self.spec.contains(line), "\(line)")
            let bindings = try Self.bind(Self.spec.replacingOccurrences(of: line, with: replacement), program)
            let problems = bindings.lines.compactMap { line -> String? in
                switch line.problem {
                case .unbound(let why)?, .disagrees(let why)?: why
                case nil: nil
                }
            }
            #expect(problems.contains { $0.hasPrefix(message) }, "\(replacement): \(problems)")
        }
    }

    @Test func whatFailsHasAnEntryAndAResult() throws {
        let program = try CProgram(["main.c": Self.source], ["-g", "-O0", "-fno-eliminate-unused-debug-types"])
        let text = Self.spec.replacingOccurrences(
            of: "process client = 7", with: "process client = 7\n fail put(-1) = 2\n fail put = true")
        let bindings = try Self.bind(text, program)
        #expect(bindings.isComplete, "\(bindings.lines.compactMap(\.problem))")
        let entry = try #require(try program.image.function(named: "put").entry)
        #expect(bindings.failures.map(\.entry) == [entry, entry])
        #expect(bindings.failures.map(\.result) == [.max, 0])
        #expect(bindings.failures.map(\.choice.text) == ["2", "true"])
    }

    @Test func stepsAreFoundByWhatIsCalled() throws {
        let program = try CProgram(["main.c": Self.source], ["-g", "-O0", "-fno-eliminate-unused-debug-types"])
        let text = Self.spec.replacingOccurrences(
            of: "process client = 7",
            with: "process client = 7\n step put.acquire = call put in _start\n step put.release = leave put")
        let bindings = try Self.bind(text, program)
        #expect(bindings.isComplete, "\(bindings.lines.compactMap(\.problem))")
        #expect(bindings.steps.map(\.addresses.count) == [1, 1])
    }

    /// A place in a program is looked for there, even where the kernel has a function of the same name.
    @Test func stepsAreFoundInPrograms() throws {
        let options = ["-g", "-O0", "-fno-eliminate-unused-debug-types"]
        let kernel = try CProgram(["main.c": Self.source], options)
        let user = """
            int work(int x) {
                return x + 1;
            }
            int put(int x) { return work(x); }
            void _start(void) { put(1); for (;;) ; }
            """
        let tool = try CProgram(["tool.c": user], options)
        func bind(_ place: String) throws -> KernelBindings {
            let text = Self.spec.replacingOccurrences(
                of: "process client = 7", with: "process client = 7\n step put.acquire = \(place)")
            return try Self.bind(text, kernel, programs: ["tool": tool.image])
        }
        for (place, function) in [
            ("enter work", "work"), ("enter put", "put"), ("line \"tool.c\":2", "work"), ("call work in put", "put"),
        ] {
            let bindings = try bind("\(place) in user(\"tool\")")
            #expect(bindings.isComplete, "\(place): \(bindings.lines.compactMap(\.problem))")
            let step = try #require(bindings.steps.first)
            let code = try tool.image.function(named: function)
            #expect(step.program == "tool" && !step.addresses.isEmpty)
            #expect(step.addresses.allSatisfy { tool.image.lines.place(of: $0) != nil }, "\(place)")
            if place.hasPrefix("enter") { #expect(step.addresses.first == code.entry) }
            #expect(bindings.lines.contains { $0.type == "instruction of tool" })
        }
        let other = try bind("enter keep in user(\"tool\")")
        #expect(!other.isComplete)
        #expect(try bind("enter put").steps.first?.program == nil)
    }
}
