// Arithmetic of every integer type against Swift's own, through the bytecode and through the reference.

import Checker
import Model
import Testing

@Suite struct DifferentialWordTests {
    static let names = ["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "int"]

    @Test(arguments: names) func arithmeticIsSwifts(_ name: String) {
        switch name {
        case "u8": table(UInt8.self, name)
        case "u16": table(UInt16.self, name)
        case "u32": table(UInt32.self, name)
        case "u64": table(UInt64.self, name)
        case "i8": table(Int8.self, name)
        case "i16": table(Int16.self, name)
        case "i32": table(Int32.self, name)
        case "i64": table(Int64.self, name)
        default: table(Int64.self, name)
        }
    }

    @Test(arguments: names) func conversionsAreSwifts(_ name: String) {
        switch name {
        case "u8": conversions(UInt8.self, name)
        case "u16": conversions(UInt16.self, name)
        case "u32": conversions(UInt32.self, name)
        case "u64": conversions(UInt64.self, name)
        case "i8": conversions(Int8.self, name)
        case "i16": conversions(Int16.self, name)
        case "i32": conversions(Int32.self, name)
        case "i64": conversions(Int64.self, name)
        default: conversions(Int64.self, name)
        }
    }

    // MARK: Tables

    /// Values at which arithmetic goes wrong.
    private func values<T: FixedWidthInteger>(_: T.Type) -> [T] {
        var values: [T] = [
            0, 1, 2, 3, 7, T.max, T.max - 1, T.max / 2, T.max / 2 + 1, T.min, T.min + 1,
            T(truncatingIfNeeded: 0xA5C3_96F0_5A3C_690F as UInt64),
        ]
        if T.isSigned { values += [0 - 1, 0 - 2, 0 - 7, T.min / 2] }
        return values
    }

    private func table<T: FixedWidthInteger>(_ type: T.Type, _ name: String) {
        let values = values(type)
        func pair(_ symbol: String, _ expected: (T, T) -> T?) {
            compare("x[a] \(symbol) x[b]", name, name, values, { expected(values[$0], values[$1]) })
        }
        pair("+") {
            let r = $0.addingReportingOverflow($1); return r.overflow ? nil : r.partialValue
        }
        pair("-") {
            let r = $0.subtractingReportingOverflow($1); return r.overflow ? nil : r.partialValue
        }
        pair("*") {
            let r = $0.multipliedReportingOverflow(by: $1); return r.overflow ? nil : r.partialValue
        }
        pair("/") {
            let r = $0.dividedReportingOverflow(by: $1); return r.overflow ? nil : r.partialValue
        }
        pair("%") { left, right in
            if right == 0 { return nil }
            let (value, overflow) = left.remainderReportingOverflow(dividingBy: right)
            return overflow ? 0 : value
        }
        pair("&+") { $0 &+ $1 }
        pair("&-") { $0 &- $1 }
        pair("&*") { $0 &* $1 }
        pair("&") { $0 & $1 }
        pair("|") { $0 | $1 }
        pair("^") { $0 ^ $1 }
        let counts = [-1, 0, 1, 3, T.bitWidth / 2, T.bitWidth - 2, T.bitWidth - 1, T.bitWidth, T.bitWidth + 1, 255]
        func shift(_ symbol: String, _ expected: (T, Int) -> T?) {
            compare("x[a] \(symbol) c[b]", name, name, values, counts: counts) { a, b in
                (0..<T.bitWidth).contains(counts[b]) ? expected(values[a], counts[b]) : nil
            }
        }
        shift("&<<") { $0 << T($1) }
        shift(">>") { $0 >> T($1) }
        shift("<<") { value, count in
            let shifted = value << T(count)
            return shifted >> T(count) == value ? shifted : nil
        }
        compare("~x[a]", name, name, values, isUnary: true) { a, _ in ~values[a] }
        if T.isSigned {
            compare("-x[a]", name, name, values, isUnary: true) { a, _ in values[a] == T.min ? nil : 0 - values[a] }
        }
        func test(_ symbol: String, _ expected: (T, T) -> Bool) {
            compare("u8(int(x[a] \(symbol) x[b]))", name, "u8", values) {
                expected(values[$0], values[$1]) ? UInt8(1) : 0
            }
        }
        test("<", <)
        test("<=", <=)
        test("==", ==)
        test(">", >)
    }

    private func conversions<T: FixedWidthInteger>(_ type: T.Type, _ name: String) {
        func to<U: FixedWidthInteger>(_ target: U.Type, _ other: String) {
            let values = values(type)
            compare("\(other)(x[a])", name, other, values, isUnary: true) { a, _ in U(exactly: values[a]) }
            compare("\(other)(truncating: x[a])", name, other, values, isUnary: true) { a, _ in
                U(truncatingIfNeeded: values[a])
            }
            guard U.bitWidth == T.bitWidth, other != "int", name != "int" else { return }
            compare("\(other)(bits: x[a])", name, other, values, isUnary: true) { a, _ in
                U(truncatingIfNeeded: values[a])
            }
        }
        to(UInt8.self, "u8")
        to(UInt16.self, "u16")
        to(UInt32.self, "u32")
        to(UInt64.self, "u64")
        to(Int8.self, "i8")
        to(Int16.self, "i16")
        to(Int32.self, "i32")
        to(Int64.self, "i64")
    }

    // MARK: One table

    /// Every pair of operands is one successor of the first state; where it traps there is none.
    private func compare<T: FixedWidthInteger, U: FixedWidthInteger>(
        _ expression: String, _ name: String, _ result: String, _ values: [T], counts: [Int] = [],
        isUnary: Bool = false,
        _ expected: (Int, Int) -> U?
    ) {
        let width = isUnary ? 1 : counts.isEmpty ? values.count : counts.count
        let text = """
            spec Words
            shared var x: \(name)[\(values.count)] = [\(values.map { "\($0)" }.joined(separator: ", "))]
            shared var c: int[\(max(1, counts.count))] = [\(counts.isEmpty ? "0" : counts.map { "\($0)" }.joined(separator: ", "))]
            shared var i: int in -1..<\(values.count) = -1
            shared var j: int in -1..<\(width) = -1
            shared var out: \(result)
            """
        let action = """

            action run(a: int in 0..<\(values.count), b: int in 0..<\(width)) when i < 0 {
                out = \(expression)
                i = a
                j = b
            }
            """
        let process = """

            process p {
                atomic {
                    let a = choose(k in 0..<\(values.count))
                    let b = choose(k in 0..<\(width))
                    out = \(expression)
                    i = a
                    j = b
                }
            }
            """
        var wanted: [[Int]: Int128] = [:]
        var traps = 0
        for a in values.indices {
            for b in 0..<width {
                if let value = expected(a, b) { wanted[[a, b]] = Int128(value) } else { traps += 1 }
            }
        }
        for (kind, more) in [("action", action), ("process", process)] {
            guard let system = lowered(text + more) else {
                Issue.record("no spec: \(expression)")
                continue
            }
            let steps = wanted.count + traps
            let explored = exploreStates(of: system, limit: 10_000)
            let graph = ReferenceGraph(system, limit: 10_000)
            #expect(results(system, explored?.states ?? []) == wanted, "\(name): \(expression), bytecode, \(kind)")
            #expect(results(system, graph?.states ?? []) == wanted, "\(name): \(expression), reference, \(kind)")
            #expect(
                explored?.transitions == steps && graph?.transitionCount == steps, "\(name): \(expression), \(kind)")
            #expect(explored?.violations.contains(.trap) == (traps > 0), "\(name): \(expression), \(kind)")
        }
    }

    private func results(_ system: TransitionSystem, _ states: [SystemState]) -> [[Int]: Int128] {
        func data(_ name: String) -> Int { system.variables.firstIndex { $0.name == name } ?? 0 }
        let (i, j, out) = (data("i"), data("j"), data("out"))
        var results: [[Int]: Int128] = [:]
        for state in states where state.data[i][0] != .integer(-1) {
            results[[Int(state.data[i][0].number), Int(state.data[j][0].number)]] = state.data[out][0].number
        }
        return results
    }
}

/// A text as a system with steps; nil when it has mistakes, which are printed.
func lowered(_ text: String, isUnreduced: Bool = false) -> TransitionSystem? {
    let diagnostics = Diagnostics()
    var loader = SpecLoader(diagnostics: diagnostics) { _ in nil }
    guard let spec = loader.load(SourceFile(path: "test.spec", text: text)),
        let model = typeCheck(spec.items, settings: [], diagnostics: diagnostics)
    else {
        for diagnostic in diagnostics.all { print("\(diagnostic.code.rawValue): \(diagnostic.message)") }
        return nil
    }
    var options = LoweringOptions()
    options.isUnreduced = isUnreduced
    return lower(model, options: options, diagnostics: diagnostics)
}
