// The specs that `shmcheck init` begins with: small, with a fault each, and what they need to be read.

/// Specs to begin with. Each of them runs, holds, and finds its fault; a test says so.
enum Templates {
    /// The text of a template, by the name that `--from` takes.
    static let texts: [(name: String, story: String, text: String)] = [
        (
            "queue", "a ring of requests under a lock",
            #"""
            spec Queue                                     // models your request queue: put the C file's name here

            const SLOTS = 2, CLIENTS = 2, ROUNDS = 2       // small numbers find the same mistakes, and faster

            struct Request { from: pid, number: int in 0..<ROUNDS }

            shared queue guarded by lock {
                lock:  spinlock
                slots: Request?[SLOTS]                     // nil = free
                read:  int in 0..<SLOTS = 0
                write: int in 0..<SLOTS = 0
            }
            ghost var accepted: seq<Request> max CLIENTS * ROUNDS
            ghost var served = 0

            pure full() -> bool = queue.slots[queue.write] != nil

            func insert(r: Request) {
                acquire(queue.lock)
                while full() { sleep(queue, queue.lock) }
              put:
                queue.slots[queue.write] = r
                queue.write = (queue.write + 1) % SLOTS
                accepted.append(r)
                wakeup(queue)
                release(queue.lock)
            }

            func remove() -> Request {
                acquire(queue.lock)
                while queue.slots[queue.read] == nil { sleep(queue, queue.lock) }
              take:
                let r = queue.slots[queue.read]!
                queue.slots[queue.read] = nil
                queue.read = (queue.read + 1) % SLOTS
                assert r == accepted[served], "requests leave in the order they were accepted"
                served += 1
                wakeup(queue)
                release(queue.lock)
                return r
            }

            process client[CLIENTS] { for i in 0..<ROUNDS { insert(Request(from: self, number: i)) } }
            daemon process server { loop { let r = remove() } }

            invariant no_lost_request: count(s in queue.slots where s != nil) == accepted.count - served
                "an accepted request stays in its slot until the server takes it"
            final all_served: served == CLIENTS * ROUNDS
                "nobody sleeps while requests are pending"
            reachable queue_fills: count(s in queue.slots where s != nil) == SLOTS

            view queue as ring(slots, head: read, tail: write)

            check expect holds

            fault overwrites "nobody looks whether the queue is full" {
                pure full() -> bool = false
            } expect violated no_lost_request

            """#
        ),
        (
            "map", "pages shared between processes, with reference counts",
            #"""
            spec Map                                       // models how pages are shared between processes: put the C file's name here

            const FRAMES = 3, PAGES = 2, TASKS = 2         // small numbers find the same mistakes, and faster

            sort frame[FRAMES]

            shared kmem guarded by lock {
                lock:       spinlock
                references: (int in 0..<5)[frame]
            }
            shared proc[task] guarded by lock {
                lock: spinlock
                leaf: frame?[PAGES]
            }

            func kalloc() -> frame? {
                acquire(kmem.lock)
                let f: frame? = choose (g in frame where kmem.references[g] == 0) else {
                    release(kmem.lock)
                    return nil
                }
                kmem.references[f!] = 1
                release(kmem.lock)
                return f
            }

            func share(f: frame) {
                acquire(kmem.lock)
                kmem.references[f] += 1
                release(kmem.lock)
            }

            func drop(f: frame) {
                acquire(kmem.lock)
                assert kmem.references[f] > 0, "no frame is freed twice"
                kmem.references[f] -= 1
                release(kmem.lock)
            }

            /// The first page of another process becomes the second page of this one.
            func map(source: task) {
                acquire_ordered(proc[self].lock, proc[source].lock)
                if let f = proc[source].leaf[0] {
                    if proc[self].leaf[1] == nil {
                        share(f)
                        proc[self].leaf[1] = f
                    }
                }
                release(proc[source].lock)
                if source != self { release(proc[self].lock) }
            }

            func unmap(page: int in 0..<PAGES) {
                acquire(proc[self].lock)
                if let f = proc[self].leaf[page] {
                    proc[self].leaf[page] = nil
                    drop(f)
                }
                release(proc[self].lock)
            }

            process task[TASKS] {
                let f = kalloc()
                acquire(proc[self].lock)
                proc[self].leaf[0] = f
                release(proc[self].lock)
                for other in task where other != self { map(other) }
                unmap(0)
                unmap(1)
            }

            pure mappings(f: frame) -> int = count(p in task, i in 0..<PAGES where proc[p].leaf[i] == f)

            invariant counted: all f in frame: kmem.references[f] >= mappings(f)
                "what is mapped is not free"
            final all_back: all f in frame: kmem.references[f] == 0
                "every frame comes back"
            reachable shared_by_two: some f in frame: mappings(f) == 2

            view proc as pagetables

            check expect holds

            fault uncounted "map forgets the reference of the new mapping" {
                func share(f: frame) { acquire(kmem.lock)
                    release(kmem.lock) }
            } expect violated counted

            """#
        ),
        (
            "forkexec", "what a child inherits until it execs",
            #"""
            spec ForkExec                                  // models what a child inherits: put the C file's name here

            const KIDS = 2                                 // small numbers find the same mistakes, and faster

            /// The address space of the parent, which its children go on using until they exec.
            shared space guarded by lock {
                lock:       spinlock
                references: int in 0...KIDS + 1 = 1
                freed:      bool
            }

            pure counted() -> int = 1                      // what fork adds for the link of its child

            func fork() {
                acquire(space.lock)
                space.references += counted()
                release(space.lock)
            }

            func put() {
                acquire(space.lock)
                space.references -= 1
                if space.references == 0 { space.freed = true }
                release(space.lock)
            }

            func walk() {
                acquire(space.lock)
              walked:
                assert !space.freed, "the child walks the tables of its parent, which must still be there"
                release(space.lock)
            }

            process child[KIDS] starts {
                walk()
                put()                                      // exec gives it a space of its own
            }
            process parent {
                for k in child {
                    fork()
                    start child[k]()
                }
                put()                                      // it may exit before its children exec
            }

            final freed_at_last: space.freed && space.references == 0
                "the space goes when its last user does"
            reachable outlived: finished(parent) && !space.freed

            view space as table

            check expect holds

            fault uncounted "fork does not count the link: the parent exits first, and the child walks freed tables" {
                pure counted() -> int = 0
            } expect violated walked

            """#
        ),
        (
            "prime", "a command word between programs, without a lock",
            #"""
            spec Mailbox                                   // models a command word between two programs: put the C file's name here

            const LIMIT = 3                                // small numbers find the same mistakes, and faster

            enum Command { none, pause, end }

            /// Memory that both programs see. No lock guards it: each load and each store is a step.
            shared window {
                values:  (int in 0..<9)[LIMIT]
                counter: int in 0...LIMIT
                command: Command
            }
            ghost var acknowledged = false

            pure first() -> bool = true                    // the value is written before the counter says so

            process worker {
                for i in 0..<LIMIT {
                    let c = window.command
                    if c == .end { break }
                    if first() {
                        window.values[i] = i + 1
                        window.counter = i + 1
                    } else {
                        window.counter = i + 1
                        window.values[i] = i + 1
                    }
                }
                await window.command == .end
                acknowledged = true
            }

            process reader {
                let n = window.counter
                if n > 0 {
                    let v = window.values[n - 1]
                  right:
                    assert v == n, "what the counter counts is written"
                }
                window.command = .end
            }

            final ended: acknowledged
                "every command is answered"
            reachable all_written: window.counter == LIMIT

            view window as channel(word: command, counter: counter, array: values)

            check expect holds

            fault early "the counter is raised before the value is written" {
                pure first() -> bool = false
            } expect violated right

            """#
        ),
    ]
}
