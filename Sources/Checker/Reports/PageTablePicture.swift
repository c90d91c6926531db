// Page tables: entries on both sides, frames between them with their reference counts, and what maps to what.

import Model

/// Draws `view … as pagetables(frames: …, references: …)`.
struct PageTablePicture {
    private static let tableLimit = 12
    private static let entryLimit = 24
    private static let rowHeight = 18.0
    private static let tableWidth = 150.0
    private static let gutter = 78.0
    private static let frameWidth = 146.0

    let data: PictureData
    let view: ViewDeclaration

    /// A page table: its name and its entries.
    private struct Table {
        let name: String
        let entries: [Value]
        let element: Type
        let index: Type
        /// Whether the table says of itself that it is not in use.
        let isDead: Bool
    }

    func html(_ state: SystemState, _ before: SystemState?) -> String? {
        let tables = self.tables(state)
        guard let sort = tables.lazy.compactMap({ data.targetSort($0.element) }).first else {
            return TablePicture(data: data, subject: view.subject, paths: []).html(state, before)
        }
        let old = before.map { self.tables($0) } ?? []
        // Tables without any entry are many, and say nothing.
        let used = tables.enumerated().filter { _, table in
            table.entries.contains { data.target($0, table.element, sort) != nil }
        }
        let shown = used.prefix(Self.tableLimit)
        var drawing = Drawing()
        let frames = Frames(data, sort, view, state)
        let frameX = Self.tableWidth + Self.gutter + 8
        for frame in 0..<frames.count { frames.draw(frame, frameX, 30 + Double(frame) * 30, Self.frameWidth, &drawing) }
        var tops = (left: 8.0, right: 8.0)
        for (position, (number, table)) in shown.enumerated() {
            let isLeft = position % 2 == 0
            let x = isLeft ? 8 : frameX + Self.frameWidth + Self.gutter
            let top = isLeft ? tops.left : tops.right
            let previous = old.indices.contains(number) ? old[number].entries : []
            let height = draw(table, previous, x, top, isLeft, frameX, frames, &drawing)
            if isLeft { tops.left += height } else { tops.right += height }
        }
        drawing.words(
            data.system.types.sorts[sort].name + "s", frameX + Self.frameWidth / 2, 20, "w b", anchor: "middle")
        let label = "page tables: " + shown.map { describe($0.element, sort) }.joined(separator: "; ")
        var notes: [String] = []
        let empty = tables.count - used.count
        if empty > 0 { notes.append("\(Wording.count(empty, "table")) without entries") }
        if used.count > shown.count { notes.append("\(used.count - shown.count) more tables") }
        let note = notes.isEmpty ? "" : "<p class=\"more\">\(notes.joined(separator: ", "))</p>"
        return drawing.svg(label: label) + note
    }

    private func describe(_ table: Table, _ sort: SortID) -> String {
        let mapped = table.entries.enumerated().compactMap { ordinal, value -> String? in
            guard let frame = data.target(value, table.element, sort) else { return nil }
            return "\(data.difference.names.index(ordinal, of: table.index)) to \(frame)"
        }
        return "\(table.name): \(mapped.joined(separator: ", "))"
    }

    // MARK: Tables

    /// Every array of entries within the subject, in order.
    private func tables(_ state: SystemState) -> [Table] {
        var wanted = data.variables(of: view.subject)
        if let path = view.arguments.first(where: { $0.label == "frames" })?.path, let id = data.variable(path) {
            wanted = [id]
        }
        var found: [Table] = []
        for id in wanted {
            for (instance, value) in state.data[id].enumerated() {
                collect(value, data.system.variables[id].type, data.name(id, instance), isDead: false, &found)
            }
        }
        if found.isEmpty, !view.arguments.isEmpty {
            for id in data.variables(of: view.subject) where !wanted.contains(id) {
                for (instance, value) in state.data[id].enumerated() {
                    collect(value, data.system.variables[id].type, data.name(id, instance), isDead: false, &found)
                }
            }
        }
        return found
    }

    private func collect(_ value: Value, _ type: Type, _ name: String, isDead: Bool, _ found: inout [Table]) {
        switch (value, type) {
        case (.array(let elements), .array(let element, let index)):
            if case .optional = element, data.targetSort(element) != nil {
                found.append(Table(name: name, entries: elements, element: element, index: index, isDead: isDead))
            } else {
                for (ordinal, value) in elements.enumerated() {
                    collect(
                        value, element, "\(name)[\(data.difference.names.index(ordinal, of: index))]", isDead: isDead,
                        &found)
                }
            }
        case (.structure(let fields), .structure(let id)):
            let declared = data.system.types.structures[id].fields
            let saysDead = zip(declared, fields).contains { $0.name == "live" && $1 == .bool(false) }
            for (field, value) in zip(declared, fields) {
                let part = declared.count { data.isTable($0.type) } == 1 ? name : "\(name).\(field.name)"
                collect(value, field.type, part, isDead: isDead || saysDead, &found)
            }
        default: return
        }
    }

    /// - Returns: how much room it took, with the gap below.
    private func draw(
        _ table: Table, _ previous: [Value], _ x: Double, _ top: Double, _ isLeft: Bool, _ frameX: Double,
        _ frames: Frames, _ drawing: inout Drawing
    ) -> Double {
        drawing.words(Drawing.cut(table.name + (table.isDead ? " (freed)" : ""), 24), x, top + 12, "w b")
        let entries = table.entries.prefix(Self.entryLimit)
        for (ordinal, value) in entries.enumerated() {
            let y = top + 18 + Double(ordinal) * Self.rowHeight
            let frame = data.target(value, table.element, frames.sort)
            let isNew = previous.indices.contains(ordinal) && previous[ordinal] != value
            let style = frame == nil ? "empty" : table.isDead ? "dead" : "full"
            drawing.box(x, y, Self.tableWidth, Self.rowHeight - 2, "slot \(style)\(isNew ? " new" : "")", radius: 3)
            drawing.words(data.difference.names.index(ordinal, of: table.index), x + 6, y + 12, "w dim")
            guard let frame else { continue }
            drawing.words(Drawing.cut(flags(value, table.element), 16), x + 26, y + 12)
            let isDangling = table.isDead || frames.isFree(frame)
            let from = isLeft ? x + Self.tableWidth : x
            let to = isLeft ? frameX : frameX + Self.frameWidth
            let target = 30 + Double(frame) * 30 + 12
            let bend = (from + to) / 2
            let data =
                "M\(Drawing.number(from)) \(Drawing.number(y + 8))C\(Drawing.number(bend)) \(Drawing.number(y + 8)) "
                + "\(Drawing.number(bend)) \(Drawing.number(target)) \(Drawing.number(to)) \(Drawing.number(target))"
            drawing.path(
                data, isDangling ? "link dangling" : "link",
                title: "\(table.name) page \(ordinal) maps frame \(frame)\(isDangling ? ", which is free" : "")")
        }
        return 18 + Double(entries.count) * Self.rowHeight + 14
    }

    /// What an entry says besides its frame: `rw shared`.
    private func flags(_ value: Value, _ type: Type) -> String {
        guard case .some(.structure(let fields)) = value, case .optional(.structure(let id)) = type else { return "" }
        let names = zip(data.system.types.structures[id].fields, fields).compactMap { field, value -> String? in
            value == .bool(true) ? field.name : nil
        }
        return names.joined(separator: " ")
    }

    /// Frames with what is counted of them.
    private struct Frames {
        let sort: SortID
        let count: Int
        private let name: String
        private let references: [Value]?
        private let free: [Value]?

        init(_ data: PictureData, _ sort: SortID, _ view: ViewDeclaration, _ state: SystemState) {
            self.sort = sort
            let declaration = data.system.types.sorts[sort]
            count = min(declaration.count, 40)
            name = declaration.name
            var references: [Value]?
            var free: [Value]?
            let named = view.arguments.first { $0.label == "references" }.flatMap { data.variable($0.path) }
            if let named { references = data.column(named, over: sort, in: state) }
            for id in data.system.variables.indices where !data.system.variables[id].isGhost {
                guard let column = data.column(id, over: sort, in: state) else { continue }
                switch data.columnType(id) {
                case .bool where data.system.variables[id].name.lowercased().contains("free"): free = free ?? column
                case .integer where data.system.variables[id].name.lowercased().contains("ref"):
                    references = references ?? column
                default: continue
                }
            }
            self.references = references
            self.free = free
        }

        func isFree(_ frame: Int) -> Bool {
            if let free, free.indices.contains(frame) { return free[frame] == .bool(true) }
            guard let references, references.indices.contains(frame) else { return false }
            return references[frame] == .integer(0)
        }

        func draw(_ frame: Int, _ x: Double, _ y: Double, _ width: Double, _ drawing: inout Drawing) {
            drawing.box(x, y, width, 24, "slot \(isFree(frame) ? "empty" : "full")", radius: 4)
            drawing.words("\(name) \(frame)", x + 8, y + 16)
            if isFree(frame) { drawing.words("free", x + width - 32, y + 16, "w dim", anchor: "end") }
            guard let references, references.indices.contains(frame), case .integer(let number) = references[frame]
            else { return }
            drawing.circle(x + width - 16, y + 12, 9, "badge")
            drawing.words("\(number)", x + width - 16, y + 16, "w onbadge", anchor: "middle")
        }
    }
}

extension PictureData {
    /// Whether a field of a struct is a table of entries, or leads to one.
    fileprivate func isTable(_ type: Type) -> Bool {
        guard case .array(let element, _) = type else { return false }
        return targetSort(element) != nil || isTable(element)
    }
}
