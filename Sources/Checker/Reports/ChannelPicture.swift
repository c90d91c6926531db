// A command protocol over shared words, and a map of memory: two of the pictures that a spec can ask for.

import Model

/// Draws `view … as channel(word: …, counter: …, array: …)`: the command word, the counter, and what is written so far.
struct ChannelPicture {
    private static let cellLimit = 24
    let data: PictureData
    let view: ViewDeclaration

    private func argument(_ label: String) -> VariableID? {
        view.arguments.first { $0.label == label }.flatMap { data.variable($0.path) }
    }

    func html(_ state: SystemState, _ before: SystemState?) -> String? {
        var drawing = Drawing()
        var words: [String] = []
        var x = 8.0
        for label in ["word", "counter"] {
            guard let id = argument(label), let value = state.data[id].first else { continue }
            let name = data.system.variables[id].name
            let text = data.text(value, data.system.variables[id].type)
            let isNew = before.map { $0.data[id] != state.data[id] } ?? false
            drawing.words(name, x, 14, "w b")
            drawing.box(x, 20, 150, 30, "slot full\(isNew ? " new" : "")", radius: 6)
            drawing.words(Drawing.cut(text, 20), x + 75, 39, "w", anchor: "middle")
            words.append("\(name) is \(text)")
            x += 166
        }
        if let array = argument("array") { words.append(strip(array, state, before, &drawing)) }
        guard !words.isEmpty else { return nil }
        return drawing.svg(label: words.joined(separator: ", "))
    }

    /// The array, written up to the counter and hatched beyond it.
    private func strip(_ array: VariableID, _ state: SystemState, _ before: SystemState?, _ drawing: inout Drawing)
        -> String
    {
        let name = data.system.variables[array].name
        let (elements, element) = cells(array, state)
        let old = before.map { cells(array, $0).elements } ?? []
        let written = argument("counter").flatMap { state.data[$0].first }.flatMap { data.number($0) }
        drawing.words(name, 8, 74, "w b")
        let width = max(44.0, min(96.0, 640.0 / Double(max(1, min(elements.count, Self.cellLimit)))))
        for (index, value) in elements.prefix(Self.cellLimit).enumerated() {
            let x = 8 + Double(index) * (width + 4)
            let isWritten = written.map { index < $0 } ?? true
            let isNew = old.indices.contains(index) && old[index] != value
            drawing.box(x, 80, width, 34, "slot \(isWritten ? "full" : "hatched")\(isNew ? " new" : "")", radius: 4)
            drawing.words("\(index)", x + 4, 91, "w dim")
            drawing.words(
                Drawing.cut(data.text(value, element), Int(width / Drawing.characterWidth) - 2), x + width / 2, 105,
                "w", anchor: "middle")
        }
        if let written, written >= 0, written <= min(elements.count, Self.cellLimit) {
            let x = 6 + Double(written) * (width + 4)
            drawing.path("M\(Drawing.number(x)) 76v42", "mark", title: "the counter stands here")
            drawing.words("counter \(written)", x + 4, 128, "w b")
        }
        let values = elements.prefix(Self.cellLimit).map { data.text($0, element) }.joined(separator: ", ")
        return "\(name) holds \(values)" + (written.map { ", \($0) of them written" } ?? "")
    }

    private func cells(_ array: VariableID, _ state: SystemState) -> (elements: [Value], element: Type) {
        let declaration = data.system.variables[array]
        switch (state.data[array].first, declaration.type) {
        case (.array(let values)?, .array(let element, _)), (.sequence(let values)?, .sequence(let element, _)):
            return (values, element)
        default: return (state.data[array], declaration.type)
        }
    }
}

/// Draws `view … as memory(base: …, size: …, window: …)`: regions in the order of their addresses, gaps cut short.
struct MemoryPicture {
    let data: PictureData
    let view: ViewDeclaration

    private struct Region {
        let name: String
        let base: Int128
        let size: Int128
        let isWindow: Bool
    }

    func html(_ state: SystemState) -> String? {
        var regions = self.regions(state)
        guard !regions.isEmpty else { return nil }
        regions.sort { ($0.base, $0.size, $0.name) < ($1.base, $1.size, $1.name) }
        var drawing = Drawing()
        var y = 10.0
        var end: Int128?
        for region in regions.prefix(40) {
            if let end, region.base > end {
                drawing.words("⋮ \(Self.hexadecimal(region.base - end)) bytes", 110, y + 14, "w dim")
                y += 22
            }
            // Sizes differ by powers of two: the logarithm keeps small regions in sight.
            let height = max(20, min(90, 8 * Self.log2(region.size)))
            drawing.words(Self.hexadecimal(region.base), 100, y + 12, "w", anchor: "end")
            drawing.box(110, y, 220, height, "slot \(region.isWindow ? "hatched" : "full")", radius: 3)
            drawing.words(Drawing.cut(region.name, 28), 118, y + min(height / 2 + 4, height - 5))
            if let end, region.base < end { drawing.words("overlaps", 338, y + 14, "w b") }
            y += height + 2
            end = max(end ?? region.base, region.base + region.size)
        }
        if let end { drawing.words(Self.hexadecimal(end), 100, y + 8, "w", anchor: "end") }
        let label = regions.map { "\($0.name) at \(Self.hexadecimal($0.base)), \(Self.hexadecimal($0.size)) bytes" }
        return drawing.svg(label: label.joined(separator: "; "))
    }

    private func argument(_ label: String) -> VariableID? {
        view.arguments.first { $0.label == label }.flatMap { data.variable($0.path) }
    }

    private func regions(_ state: SystemState) -> [Region] {
        guard let size = argument("size") else { return [] }
        var regions: [Region] = []
        for (instance, value) in state.data[size].enumerated() {
            guard case .integer(let bytes) = value, bytes > 0 else { continue }
            var base: Int128 = 0
            if let id = argument("base"), state.data[id].indices.contains(instance),
                case .integer(let number) = state.data[id][instance]
            {
                base = number
            }
            regions.append(Region(name: data.name(size, instance), base: base, size: bytes, isWindow: false))
        }
        if let window = argument("window"), case .integer(let number)? = state.data[window].first {
            let name = data.system.variables[window].name
            regions.append(Region(name: name, base: number, size: 1, isWindow: true))
        }
        return regions
    }

    private static func hexadecimal(_ number: Int128) -> String {
        (number < 0 ? "-0x" : "0x") + String(number.magnitude, radix: 16)
    }

    private static func log2(_ number: Int128) -> Double { Double(127 - max(1, number).leadingZeroBitCount) + 1 }
}
