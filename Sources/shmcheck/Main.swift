// Scratch.
import ArgumentParser
import Model
import SystemPackage
@main struct Shm: ParsableCommand {
    @Argument var path: String
    func run() throws {
        let fd = try FileDescriptor.open(FilePath(path), .readOnly)
        var bytes: [UInt8] = []
        var buf = [UInt8](repeating: 0, count: 65536)
        while true { let n = try buf.withUnsafeMutableBytes { try fd.read(into: $0) }; if n == 0 { break }; bytes += buf[0..<n] }
        let d = Diagnostics()
        var loader = SpecLoader(diagnostics: d) { _ in nil }
        let l = loader.load(SourceFile(path: path, bytes: bytes))
        if let l, let m = typeCheck(l.items, settings: [], diagnostics: d), let s = lower(m, options: LoweringOptions(), diagnostics: d) {
            for p in s.processes {
                print(p.name)
                for (i, n) in p.code.nodes.enumerated() { print(i, n.mover.rawValue, n.isPoint ? "*" : " ", "\(n.operation)".prefix(60).split(separator: "(")[0], n.next, n.operation.otherTargets) }
                print(p.points.map { ($0.name, $0.liveLocals) })
            }
            let st = ReferenceStepper(s)
            var seen: Set<SystemState> = []
            var queue: [SystemState] = []
            for o in st.initialOutcomes(limit: 1000) ?? [] { if case .state(let x) = o, seen.insert(x).inserted { queue.append(x) } }
            var i = 0, t = 0
            while i < queue.count {
                for tr in st.transitions(from: queue[i]) { t += 1
                    switch tr.outcome { case .state(let x): if seen.insert(x).inserted { queue.append(x) }
                    case .violation(let v, _): print("violation", v.message, v.range.description)
                    case .cut: break } }
                i += 1
            }
            print("states", queue.count, "transitions", t)
        }
        for x in d.all { print(x.code.rawValue, x.range.description, x.message) }
    }
}
