// Pictures of a state, as the `view` items of a spec ask for them.

import Model

/// Draws the views of a system.
struct StatePicture {
    /// Instances of a group that are drawn; more are counted.
    static let instanceLimit = 6

    let system: TransitionSystem
    private let data: PictureData

    init(_ system: TransitionSystem) {
        self.system = system
        data = PictureData(system)
    }

    /// One picture, as HTML or SVG.
    struct Picture {
        let title: String
        let html: String
    }

    /// The pictures of a state, one for each view that has something to show.
    ///
    /// - Parameter before: the state before, so that what is new can be told.
    func pictures(of state: SystemState, before: SystemState?) -> [Picture] {
        guard !system.views.isEmpty else {
            // Without a view the locks say most.
            let locks = LockPicture(data: data, subject: nil).html(state)
            return [locks.map { Picture(title: "locks", html: $0) }].compactMap(\.self)
        }
        return system.views.compactMap { view in
            let title = "\(view.subject) as \(view.shape)"
            let html: String? =
                switch view.shape {
                case "ring": RingPicture(data: data, view: view).html(state, before)
                case "pagetables": PageTablePicture(data: data, view: view).html(state, before)
                case "channel": ChannelPicture(data: data, view: view).html(state, before)
                case "memory": MemoryPicture(data: data, view: view).html(state)
                case "locks": LockPicture(data: data, subject: view.subject).html(state)
                default:
                    TablePicture(data: data, subject: view.subject, paths: view.arguments.map(\.path))
                        .html(state, before)
                }
            return html.map { Picture(title: title, html: $0) }
        }
    }
}

/// A group of data as a table: a row for each instance, a column for each datum.
struct TablePicture {
    private static let rowLimit = 32
    private static let cellColumns = 40
    let data: PictureData
    let subject: String
    let paths: [String]

    func html(_ state: SystemState, _ before: SystemState?) -> String? {
        let named = paths.compactMap { data.variable($0) }
        let variables = named.isEmpty ? data.variables(of: subject) : named
        guard let first = variables.first else { return nil }
        let system = data.system
        let count = system.variables[first].instanceCount(system.types)
        let same = variables.filter { system.variables[$0].instanceCount(system.types) == count }
        var html = "<table class=\"view\"><thead><tr><th scope=\"col\"></th>"
        for id in same {
            let last = system.variables[id].name.split(separator: ".").last.map(String.init) ?? ""
            html += "<th scope=\"col\">\(MarkupText.html(last))</th>"
        }
        html += "</tr></thead><tbody>"
        for instance in 0..<min(count, Self.rowLimit) {
            html += "<tr><th scope=\"row\">\(MarkupText.html(rowName(first, instance)))</th>"
            for id in same { html += cell(id, instance, state, before) }
            html += "</tr>"
        }
        html += "</tbody></table>"
        if count > Self.rowLimit { html += "<p class=\"more\">\(count - Self.rowLimit) more rows</p>" }
        return html
    }

    /// `proc[task#1]`: the name of the instance without that of the datum.
    private func rowName(_ id: VariableID, _ instance: Int) -> String {
        let full = data.name(id, instance)
        guard full != subject, let dot = full.lastIndex(of: "."), full.hasSuffix(lastPart(id)) else { return full }
        return String(full[..<dot])
    }

    private func lastPart(_ id: VariableID) -> String {
        "." + (data.system.variables[id].name.split(separator: ".").last.map(String.init) ?? "")
    }

    private func cell(_ id: VariableID, _ instance: Int, _ state: SystemState, _ before: SystemState?) -> String {
        let value = state.data[id][instance]
        let text = data.text(value, data.system.variables[id].type)
        let isNew = before.map { $0.data[id][instance] != value } ?? false
        let title = text.count > Self.cellColumns ? " title=\"\(MarkupText.html(text))\"" : ""
        return
            "<td class=\"\(isNew ? "new" : "")\"\(title)>\(MarkupText.html(Drawing.cut(text, Self.cellColumns)))</td>"
    }
}

/// Locks with their holders, and who waits for them or sleeps.
struct LockPicture {
    private static let limit = 24
    let data: PictureData
    /// The group whose locks are shown; all locks when nil.
    let subject: String?

    func html(_ state: SystemState) -> String? {
        let system = data.system
        let all = StateLeaves(system).leaves(of: state).filter { leaf in
            guard leaf.isLock, let subject else { return leaf.isLock }
            return leaf.path == subject || leaf.path.hasPrefix(subject + ".") || leaf.path.hasPrefix(subject + "[")
        }
        // Those that somebody holds come first where there are too many.
        let leaves = all.count <= Self.limit ? all : Array((all.filter { $0.holder != nil } + all).prefix(Self.limit))
        guard !leaves.isEmpty else { return nil }
        let waiting = WaitingProcesses(system, path: "")
        var html = "<table class=\"view\"><thead><tr><th scope=\"col\">lock</th><th scope=\"col\">holder</th>"
        html += "<th scope=\"col\">next in line</th></tr></thead><tbody>"
        for leaf in leaves {
            let waiters = state.processes.indices.filter { pid in
                pid != leaf.holder && state.processes[pid].channel == 0
                    && waiting.wantedLock(of: pid, state) == leaf.path
            }
            let holder = leaf.holder.map { Self.badge($0, system) } ?? "<span class=\"free\">free</span>"
            html += "<tr><th scope=\"row\">\(MarkupText.html(leaf.path))</th><td>\(holder)</td>"
            html += "<td>\(waiters.map { Self.badge($0, system) }.joined(separator: " "))</td></tr>"
        }
        html += "</tbody></table>"
        let sleepers = state.processes.indices.filter { state.processes[$0].channel != 0 }
        if !sleepers.isEmpty {
            let words = sleepers.map { pid in
                "\(Self.badge(pid, system)) on \(MarkupText.html(data.difference.names.channel(state.processes[pid].channel)))"
            }
            html += "<p class=\"more\">asleep: \(words.joined(separator: ", "))</p>"
        }
        return html
    }

    /// A process's name with its colour.
    static func badge(_ pid: Int, _ system: TransitionSystem) -> String {
        "<span class=\"who p\(pid % 7)\">\(MarkupText.html(system.types.pidNames[pid]))</span>"
    }
}
