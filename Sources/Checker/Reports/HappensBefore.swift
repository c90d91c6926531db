// Which steps of a run order others, and how long locks are held: what the lanes show beside the steps.

import Model

/// Locks held and order between processes, step by step. Steps count from 0.
struct HappensBefore {
    /// Why one step comes before another, whatever the schedule.
    enum Reason {
        /// A lock was released by the one and taken by the other.
        case lock(String)
        case wakeup, start, join
    }

    /// An order between steps of different actors.
    struct Edge {
        let from: Int
        let to: Int
        let reason: Reason

        var words: String {
            switch reason {
            case .lock(let name): "\(name) is handed over"
            case .wakeup: "wakes"
            case .start: "starts"
            case .join: "is waited for"
            }
        }
    }

    /// A lock held by a process from one step to another, both included.
    struct Hold {
        let lock: String
        let pid: Int
        let from: Int
        /// The releasing step, or the last step when it is held at the end.
        var to: Int
        /// Whether it is held at the end.
        var isOpen = true
    }

    private(set) var edges: [Edge] = []
    private(set) var holds: [Hold] = []

    private let trace: Trace
    private let waiting: WaitingProcesses
    private var lastRelease: [String: Int] = [:]
    private var openHolds: [String: Int] = [:]
    /// Per pid: the step that lets its next one happen.
    private var pending: [Int: (step: Int, reason: Reason)] = [:]
    private var lastStep: [Int: Int] = [:]

    init(_ trace: Trace) {
        self.trace = trace
        waiting = WaitingProcesses(trace.system, path: "")
        let leaves = StateLeaves(trace.system)
        var before = leaves.holders(in: trace.initial)
        for (path, pid) in before { open(path, pid, at: 0) }
        for index in trace.steps.indices {
            let after = leaves.holders(in: trace.steps[index].state)
            take(index, before, after)
            before = after
        }
        for index in holds.indices where holds[index].isOpen { holds[index].to = max(0, trace.steps.count - 1) }
    }

    private mutating func take(_ index: Int, _ before: [String: Int], _ after: [String: Int]) {
        let state = trace.state(after: index)
        let next = trace.state(after: index + 1)
        if case .process(let pid) = trace.steps[index].actor {
            if let (step, reason) = pending.removeValue(forKey: pid) {
                edges.append(Edge(from: step, to: index, reason: reason))
            }
            if let joined = waiting.joined(by: pid, state), let last = lastStep[joined], joined != pid {
                edges.append(Edge(from: last, to: index, reason: .join))
            }
            // A step may take a lock and give it back: neither state shows it.
            if let path = waiting.wantedLock(of: pid, state), before[path] == nil, after[path] == nil {
                handOver(path, to: pid, at: index)
                holds.append(Hold(lock: path, pid: pid, from: index, to: index, isOpen: false))
                lastRelease[path] = index
            }
            lastStep[pid] = index
        }
        for path in Set(before.keys).union(after.keys).sorted() where before[path] != after[path] {
            if before[path] != nil, let hold = openHolds.removeValue(forKey: path) {
                holds[hold].to = index
                holds[hold].isOpen = false
                lastRelease[path] = index
            }
            if let pid = after[path] {
                handOver(path, to: pid, at: index)
                open(path, pid, at: index)
            }
        }
        for pid in next.processes.indices where trace.steps[index].actor != .process(pid: pid) {
            let (old, new) = (state.processes[pid], next.processes[pid])
            if old.channel != 0, new.channel == 0 { pending[pid] = (index, .wakeup) }
            if case .point = new.position {
                if case .point = old.position { continue }
                pending[pid] = (index, .start)
            }
        }
    }

    private mutating func open(_ path: String, _ pid: Int, at index: Int) {
        openHolds[path] = holds.count
        holds.append(Hold(lock: path, pid: pid, from: index, to: index))
    }

    private mutating func handOver(_ path: String, to pid: Int, at index: Int) {
        guard let release = lastRelease[path], release != index,
            trace.steps[release].actor != .process(pid: pid)
        else { return }
        edges.append(Edge(from: release, to: index, reason: .lock(path)))
    }
}

extension WaitingProcesses {
    /// The lock that the next step of a process takes, by path.
    func wantedLock(of pid: Int, _ state: SystemState) -> String? {
        guard case .point(let index) = state.processes[pid].position else { return nil }
        let process = system.kind(of: pid).process
        let place: Place
        switch process.code.nodes[process.points[index].node].operation {
        case .acquire(let lock), .resumed(lock: .some(let lock)): place = lock
        default: return nil
        }
        guard case .variable(let id) = place.root, let instance = instance(of: place, id, pid, state) else {
            return nil
        }
        return DataNames(system).name(of: id, instance: instance)
    }

    /// The process whose end the next step of another waits for.
    fileprivate func joined(by pid: Int, _ state: SystemState) -> Int? {
        guard case .point(let index) = state.processes[pid].position else { return nil }
        let process = system.kind(of: pid).process
        guard case .join(let formula) = process.code.nodes[process.points[index].node].operation,
            case .member(let ordinal)? = value(of: formula, pid, state)
        else { return nil }
        return formula.type == .pid ? ordinal : ordinal + firstPid(formula.type)
    }
}
