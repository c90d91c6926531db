// Small specs, each about one kind of statement, expression or property: what the engines must agree on.

import Testing

/// A spec of a few lines.
struct SmallSpec: CustomTestStringConvertible, Sendable {
    let name: String
    let text: String
    var testDescription: String { name }

    init(_ name: String, _ text: String) {
        self.name = name
        self.text = "spec Small\n\(text)\n"
    }

    /// Statements of one process over a lock, guarded data of every type and two unguarded data.
    static func statements(_ name: String, _ body: String, _ more: String = "") -> SmallSpec {
        SmallSpec(
            name,
            """
            enum Color { red, green, blue }
            struct Pair { x: int in 0..<4, y: int in 0..<3 }
            struct Wide { a: u64, b: u64, c: i16 }
            sort frame[3]
            ordered sort cpu[3]
            shared q guarded by lock {
                lock: spinlock
                n: int in 0..<8
                w: u8 = 200
                d: u64 = 0x1234_5678_9abc_def0
                s: i16 = -3
                o: (int in 0..<3)?
                p: Pair
                m: Pair?
                g: Wide = Wide(a: 1, b: 2, c: -1)
                r: (int in 0..<4)[3] = [1, 2, 3]
                t: Pair[Color]
                l: seq<(int in 0..<4)> max 3
                k: seq<Wide> max 2
                c: set<Color>
                f: frame
                u: cpu
                e: Color
                z: (int in 0..<3)[2][frame]
            }
            shared var a: int in 0..<4
            shared var b: int in 0..<4
            process one {
                acquire(q.lock)
            \(body.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }.joined(separator: "\n"))
                release(q.lock)
            }
            process two {
                acquire(q.lock)
                q.n = (q.n + 3) % 8
                release(q.lock)
            }
            \(more)
            """)
    }

    static let data: [SmallSpec] = [
        .statements(
            "arithmetic", "q.n = (7 - q.n) * 1 / 1 % 8\nlet x = -q.n + 3\nassert x <= 3 && -7 / 2 == -3 && -7 % 2 == -1"
        ),
        .statements("a sum that leaves its range", "q.n += 6"),
        .statements("division by what may be zero", "let x = 6 / q.n\nq.n = x & 7"),
        .statements("remainder by what may be zero", "q.n = 5 % q.n"),
        .statements("words that trap", "q.w = q.w + 60"),
        .statements("words that wrap", "q.w = q.w &+ 60\nq.d = q.d &* q.d\nq.s = q.s &- 32767"),
        .statements("shifts", "q.d = q.d &<< q.n\nq.w = q.w >> u8(q.n)\nq.s = q.s >> 1"),
        .statements("a shift count outside", "q.w = q.w &<< (q.n + 5)"),
        .statements("a left shift that loses bits", "q.s = q.s << q.n\nq.w = q.w << q.n"),
        .statements(
            "bit operations", "q.d = ~q.d & 0xff00 | 3 ^ q.d\nq.w ^= 0xff\nq.w |= 1\nq.w &= 0xf0\nq.w <<= 0\nq.w >>= 1"),
        .statements(
            "conversions",
            "q.w = u8(truncating: q.d)\nq.s = i16(bits: u16(truncating: q.d))\nq.d = u64(q.w)\nlet x = i64(bits: q.d)\nassert x >= 0"
        ),
        .statements("a conversion that traps", "q.w = u8(q.n * 40)"),
        .statements("negative to unsigned traps", "q.d = u64(q.s)"),
        .statements(
            "optionals", "q.o = q.n % 3\nif let x = q.o { q.n = x }\nq.o = nil\nassert q.o == nil && q.m?.y == nil"),
        .statements("taking nil", "q.n = q.o!"),
        .statements(
            "an optional struct in place",
            "q.m = Pair(x: 1, y: 2)\nq.m!.x = q.n & 3\nassert q.m?.x != nil && q.m != nil"),
        .statements("storing into nil", "q.m!.x = 1"),
        .statements("guard let", "guard let x = q.o else {\n    release(q.lock)\n    return\n}\nq.n = x"),
        .statements(
            "structs",
            "q.p = Pair(x: q.n & 3, y: 1)\nq.p.y = 2\nlet y = q.p\nassert y == Pair(x: y.x, y: 2) && q.p != Pair(x: 0, y: 0)"
        ),
        .statements(
            "wide structs",
            "let old = q.g\nq.g = Wide(a: q.d, b: old.a, c: -7)\nq.g.b = old.b &- 5\nvar mine = q.g\nmine.c = q.s\nq.g = mine\nassert q.g != old && mine == q.g"
        ),
        .statements(
            "arrays",
            "q.r[q.n % 3] = 0\nfor x in q.r { q.n = (q.n + x) & 7 }\nlet y = q.r\nassert y[2] <= 3 && q.r == y"),
        .statements("an index outside", "q.r[q.n] = 1"),
        .statements("an index outside, read", "q.n = q.r[q.n + 1]"),
        .statements(
            "arrays over an enum",
            "q.t[.green].x = 2\nq.t[.blue] = Pair(x: 1, y: 1)\nfor c in Color where q.t[c].x > 0 { q.c.insert(c) }"),
        .statements(
            "arrays of arrays",
            "q.z[1][frame[2]] = 2\nq.z[q.n & 1][q.f] = 1\nassert sum(i in 0..<2: q.z[i][frame[2]]) <= 4"),
        .statements(
            "lists",
            "q.l.append(q.n & 3)\nq.l.append(1)\nq.l.insert(2, at: 1)\nlet x = q.l.removeFirst()\nq.l.remove(at: 0)\nassert q.l.count == 1 && q.l.last == q.l.first && q.l.contains(1) && q.l[0] == 1 && x < 4"
        ),
        .statements("a full list", "for i in 0..<3 { q.l.append(i) }\nq.l.append(1)"),
        .statements("an empty list", "let x = q.l.removeFirst()\nq.n = x"),
        .statements("first of an empty list", "q.n = q.l.first"),
        .statements("remove at an index outside", "q.l.append(1)\nq.l.remove(at: q.n)"),
        .statements("insert at an index outside", "q.l.insert(1, at: q.n & 1)\nq.l.insert(1, at: 3)"),
        .statements(
            "lists of wide structs",
            "q.k.append(q.g)\nq.k.append(Wide(a: q.d, b: 0, c: 4))\nlet x = q.k.removeFirst()\nq.k[0].b = 9\nassert x == q.g && q.k.first.b == 9 && q.k[0].c == 4 && q.k.contains(Wide(a: q.d, b: 9, c: 4))"
        ),
        .statements(
            "sets",
            "q.c.insert(.red)\nq.c.insert(Color.blue)\nq.c.remove(.green)\nassert q.c == [.red, .blue] && q.c.union([.green]).count == 3 && q.c.intersection([.red]).count == 1 && q.c.subtracting([.red]).contains(.blue) && !q.c.isEmpty"
        ),
        .statements(
            "loops over sets and lists",
            "q.c = [.red, .blue]\nfor c in q.c { q.n = (q.n + int(c)) & 7 }\nq.l = [3, 1]\nfor x in q.l where x > 1 { q.n = x }"
        ),
        .statements(
            "sorts",
            "q.f = frame[1]\nlet g = choose(x in frame where x != q.f)\nq.f = g\nq.u = cpu[2]\nassert q.u > cpu[0] && int(q.u) == 2"
        ),
        .statements(
            "enums", "if q.e == .red { q.e = .green } else if q.e == Color.green { q.e = .blue }\nq.n = int(q.e)"),
        .statements(
            "conditional expressions",
            "q.n = q.n > 2 ? q.n - 1 : q.n < 1 ? 4 : 7\nassert min(q.n, 3) <= 3 && max(q.n, 3) >= 3"),
        .statements(
            "short circuits",
            "assert q.n < 0 && 1 / (q.n - q.n) == 1 || q.n >= 0\nassert q.n >= 0 || q.r[9 - q.n] == 1\nassert q.o != nil implies q.o! < 3"
        ),
        .statements(
            "quantifiers",
            "assert all x in q.r: x < 4\nassert some i in 0..<3: q.r[i] == 2\nassert count(x in q.r where x > 1) == 2\nassert sum(x in q.r where x > 1: x) == 5 && min(x in q.r: x) == 1 && max(i in 0...2: q.r[i]) == 3\nassert all x, y in frame where x != y: x != y"
        ),
        .statements("the least of nothing", "q.n = min(x in q.l: x)"),
        .statements("a sum that overflows", "let x = sum(i in 0..<3: 0x7fff_ffff_ffff_ffff - q.n)\nq.n = x & 7"),
        .statements("choose", "q.n = choose(x in 0..<8 where x > q.n)", "reachable seven: q.n == 7"),
        .statements(
            "choose else", "let x = choose(y in q.l where y > 5) else {\n    release(q.lock)\n    return\n}\nq.n = x"),
        .statements("choose from nothing", "let x = choose(y in 0..<3 where y > q.n + 3)\nq.n = x"),
        .statements("choose from a set", "q.c = [.green, .blue]\nlet c = choose(x in q.c where x != .blue)\nq.e = c"),
        .statements("either", "either { q.n = 1 } or { q.n = 2 } or { }"),
        .statements(
            "nested loops",
            "for i in 0..<3 {\n    for j in i...2 where j != 1 {\n        if j == 2 { continue }\n        q.n = (q.n + i + j) & 7\n        if q.n == 5 { break }\n    }\n}"
        ),
        .statements(
            "while", "var i = 0\nwhile i < 3 {\n    i += 1\n    if q.n == i { break }\n    q.n = (q.n + i) & 7\n}"),
        .statements("loop", "loop {\n    q.n = (q.n + 1) & 7\n    if q.n == 0 { break }\n}"),
        .statements(
            "assume", "assume q.n > 2\nq.n = 0", "reachable behind: q.n == 0 && finished(one) && finished(two)"),
        .statements("panic", "if q.n == 3 { panic(\"three\") }"),
        .statements("assertions with labels", "lab:\n  assert q.n < 3, \"small\"\nassert q.n < 8"),
        .statements("unguarded data in a section", "q.n = a\na = (b + 1) & 3\nb = (a + b) & 3"),
        .statements("atomic", "atomic {\n    a = (a + 1) & 3\n    b = a\n}\nq.n = b"),
        .statements("constant indices of groups", "q.t[Color.red].y = q.n % 3\nassert q.t[.red].y < 3"),
    ]
}
