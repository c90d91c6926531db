// A ring of slots: what is in each, who put it there, and where head and tail stand.

import Model

/// Draws `view … as ring(slots, head: …, tail: …)`.
struct RingPicture {
    private static let slotLimit = 32
    private static let slotsInRow = 8
    private static let slotWidth = 104.0
    private static let slotHeight = 56.0
    private static let columns = 14

    let data: PictureData
    let view: ViewDeclaration

    func html(_ state: SystemState, _ before: SystemState?) -> String? {
        guard let slots = slotsVariable else { return nil }
        let count = data.system.variables[slots].instanceCount(data.system.types)
        let pictures = (0..<min(count, StatePicture.instanceLimit)).compactMap { svg(slots, $0, state, before) }
        return pictures.isEmpty ? nil : pictures.joined(separator: "\n")
    }

    private func argument(_ label: String?) -> VariableID? {
        view.arguments.first { $0.label == label }.flatMap { data.variable($0.path) }
    }

    private var slotsVariable: VariableID? {
        if let named = argument("slots") ?? argument(nil) { return named }
        return data.variables(of: view.subject).first { id in
            switch data.system.variables[id].type {
            case .array, .sequence: true
            default: false
            }
        }
    }

    private func elements(_ slots: VariableID, _ instance: Int, _ state: SystemState) -> (
        values: [Value], element: Type, count: Int
    )? {
        switch (state.data[slots][instance], data.system.variables[slots].type) {
        case (.array(let values), .array(let element, _)): (values, element, values.count)
        case (.sequence(let values), .sequence(let element, let max)): (values, element, max)
        default: nil
        }
    }

    private func position(_ label: String, _ instance: Int, _ state: SystemState, _ count: Int) -> Int? {
        guard let id = argument(label) else { return nil }
        let values = state.data[id]
        guard let number = data.number(values[values.count == 1 ? 0 : min(instance, values.count - 1)]), number >= 0,
            count > 0
        else { return nil }
        // Rings that count without end keep their place modulo their size.
        return number % count
    }

    private func svg(_ slots: VariableID, _ instance: Int, _ state: SystemState, _ before: SystemState?) -> String? {
        guard let (values, element, count) = elements(slots, instance, state), count > 0 else { return nil }
        let old = before.flatMap { elements(slots, instance, $0)?.values }
        let head = position("head", instance, state, count)
        let tail = position("tail", instance, state, count)
        var drawing = Drawing()
        let shown = min(count, Self.slotLimit)
        let perRow = min(shown, Self.slotsInRow)
        for index in 0..<shown {
            let x = 8 + Double(index % perRow) * (Self.slotWidth + 8)
            let y = 26 + Double(index / perRow) * (Self.slotHeight + 52)
            let value = index < values.count ? values[index] : Value.null
            let isNew = old.map { index < $0.count ? $0[index] != value : index < values.count } ?? false
            draw(slot: index, value, element, x, y, isNew: isNew, &drawing)
            if head == index { caret("head", x, y, pointsDown: true, &drawing) }
            if tail == index { caret("tail", x, y, pointsDown: false, &drawing) }
        }
        wrap(shown, perRow, &drawing)
        let name = data.name(slots, instance)
        let label =
            "\(name): \(data.text(state.data[slots][instance], data.system.variables[slots].type)), "
            + "head \(head.map(String.init) ?? "none"), tail \(tail.map(String.init) ?? "none")"
        var notes: [String] = []
        if head == nil, argument("head") != nil { notes.append("head: \(raw("head", instance, state))") }
        if tail == nil, argument("tail") != nil { notes.append("tail: \(raw("tail", instance, state))") }
        if count > shown { notes.append("\(count - shown) more slots") }
        let note = notes.isEmpty ? "" : "<p class=\"more\">\(MarkupText.html(notes.joined(separator: ", ")))</p>"
        return drawing.svg(label: label) + note
    }

    private func raw(_ label: String, _ instance: Int, _ state: SystemState) -> String {
        guard let id = argument(label) else { return "" }
        let values = state.data[id]
        return data.text(
            values[values.count == 1 ? 0 : min(instance, values.count - 1)], data.system.variables[id].type)
    }

    private func draw(
        slot index: Int, _ value: Value, _ element: Type, _ x: Double, _ y: Double, isNew: Bool,
        _ drawing: inout Drawing
    ) {
        let isEmpty = value == .null
        let owner = data.owner(value, element)
        let colour = isEmpty ? "empty" : owner.map { "fill p\($0 % 7)" } ?? "full"
        drawing.box(x, y, Self.slotWidth, Self.slotHeight, "slot \(colour)\(isNew ? " new" : "")", radius: 6)
        drawing.words("\(index)", x + 6, y + 13, "w dim")
        guard !isEmpty else {
            drawing.words("free", x + Self.slotWidth / 2, y + 34, "w dim", anchor: "middle")
            return
        }
        let text = data.text(value, element)
        let lines = TextLayout.wrapped(text.filter { $0 != "{" && $0 != "}" }, width: Self.columns)
        for (number, line) in lines.prefix(3).enumerated() {
            let shown = number == 2 && lines.count > 3 ? line + "…" : line
            let top = y + (lines.count == 1 ? 34 : 25) + Double(number) * 13
            drawing.words(Drawing.cut(shown, Self.columns), x + Self.slotWidth / 2, top, "w", anchor: "middle")
        }
    }

    private func caret(_ word: String, _ x: Double, _ y: Double, pointsDown: Bool, _ drawing: inout Drawing) {
        let middle = x + Self.slotWidth / 2
        func number(_ value: Double) -> String { Drawing.number(value) }
        if pointsDown {
            drawing.path("M\(number(middle - 5)) \(number(y - 10))h10l-5 8z", "caret head")
            drawing.words(word, middle + 9, y - 4, "w b")
        } else {
            let bottom = y + Self.slotHeight
            drawing.path("M\(number(middle - 5)) \(number(bottom + 10))h10l-5 -8z", "caret tail")
            drawing.words(word, middle + 9, bottom + 12, "w b")
        }
    }

    /// The arrow from the last slot back to the first.
    private func wrap(_ shown: Int, _ perRow: Int, _ drawing: inout Drawing) {
        guard shown > 1, shown <= perRow else { return }
        let end = 8 + Double(shown - 1) * (Self.slotWidth + 8) + Self.slotWidth / 2
        let start = 8 + Self.slotWidth / 2
        let y = 26 + Self.slotHeight + 20
        drawing.path(
            "M\(Drawing.number(end)) \(Drawing.number(y))v8H\(Drawing.number(start))v-6m-3 3l3 -4l3 4", "wrap",
            title: "slot \(shown - 1) is followed by slot 0")
        drawing.words("", start, y + 8)
    }
}
