// Judgements of properties, each made once: most states differ from one another in what a property does not look at.

import Model
import Solver

/// What was asked when a part of a property was judged for some values of its binders, as a tree: a question, and what
/// comes next by its answer. At the leaves stand judgements.
///
/// The projection of a state to what is read is not written down by anyone, but seen: S. Blom, J. van de Pol and M. Weber,
/// "LTSmin: Distributed and Symbolic Reachability" cache steps by such projections.
final class JudgementMemo {
    private var observation: Observation?
    private var next: [Int32: JudgementMemo] = [:]
    private var judgement: ForkedJudgement?

    /// The judgement of a state that answers as an earlier one did. Linear in the questions.
    func judgement(_ answer: (Observation) -> Int32) -> ForkedJudgement? {
        var node = self
        while let observation = node.observation {
            guard let next = node.next[answer(observation)] else { return nil }
            node = next
        }
        return node.judgement
    }

    /// Keeps a judgement with the questions that it took, in their order, and their answers.
    func keep(_ judgement: ForkedJudgement, _ answers: [(observation: Observation, answer: Int32)]) {
        var node = self
        for (observation, answer) in answers {
            precondition(node.observation == nil || node.observation == observation, "a judgement rests on more")
            node.observation = observation
            if node.next[answer] == nil { node.next[answer] = JudgementMemo() }
            node = node.next[answer] ?? node
        }
        node.judgement = judgement
    }
}

/// Answers what is asked of one state, and notes it where a judgement is made.
final class ObservedState {
    let fork: StepFork
    private let stepper: ForkingStepper
    /// By variable and instance: the number of the value, once it was asked for.
    private var numbers: [[Int32]]
    private var notes: [(observation: Observation, answer: Int32)] = []
    private var isNoted: Set<Observation> = []

    init(_ fork: StepFork, _ stepper: ForkingStepper) {
        self.fork = fork
        self.stepper = stepper
        numbers = fork.state.data.map { Array(repeating: -1, count: $0.count) }
    }

    /// A number that stands for the answer: the same for the same answer in any state.
    func answer(_ observation: Observation) -> Int32 {
        let state = fork.state
        switch observation {
        case .datum(let id, let instance):
            if numbers[id][instance] < 0 { numbers[id][instance] = stepper.number(of: state.data[id][instance]) }
            return numbers[id][instance]
        case .isHeld(let id, let instance):
            guard case .lock(let term) = state.data[id][instance] else { return -1 }
            guard let holder = stepper.pool.constant(term) else { return 2 + term.index }
            return holder == 0 ? 0 : 1
        case .isWithinStep(let pid): return point(pid).map { $0.isStepPoint ? 0 : 1 } ?? 0
        case .isFinished(let pid):
            return state.processes[pid].position == stepper.shape.finished(pid) ? 1 : 0
        case .isAsleep(let pid): return stepper.pool.constant(state.processes[pid].channel) == 0 ? 0 : 1
        case .isAt(let pid, let label): return point(pid).map { $0.label == label || $0.name == label ? 1 : 0 } ?? 0
        case .isPossible(let condition):
            return stepper.feasibility.isPossible(condition, on: fork.condition, fork.witness) ? 1 : 0
        }
    }

    /// Where a process stands; nil before it was started and after its end.
    private func point(_ pid: Int) -> Point? {
        let points = stepper.system.kind(of: pid).process.points
        guard let number = stepper.pool.constant(fork.state.processes[pid].position) else {
            preconditionFailure("a position that is no constant")
        }
        return number < points.count ? points[Int(number)] : nil
    }

    /// What is asked while work goes on, in its order, each question once.
    func noting(_ work: () throws(EncodingFailure) -> Void) throws(EncodingFailure)
        -> [(observation: Observation, answer: Int32)]
    {
        notes = []
        isNoted = []
        stepper.encoder.observe = { [unowned self] observation in _ = note(observation) }
        defer { stepper.encoder.observe = nil }
        try work()
        return notes
    }

    /// Answers a question, and notes it.
    func note(_ observation: Observation) -> Int32 {
        let answer = answer(observation)
        if isNoted.insert(observation).inserted { notes.append((observation, answer)) }
        return answer
    }
}
