// The rule about the order of the folders inside each target.

/// Where a file stands: `Sources/Model/Syntax/Lexer.swift` is in the folder `Syntax` of the target `Model`.
private struct Place {
    let target: String
    /// The first folder below the target, or nil beside the folders.
    let folder: String?

    init?(_ path: String) {
        let parts = path.split(separator: "/").map(String.init)
        guard parts.count > 2, parts[0] == "Sources" else { return nil }
        target = parts[1]
        folder = parts.count > 3 ? parts[2] : nil
    }
}

/// Finds files that name a type declared in a higher folder of their target, and folders without a place.
///
/// Types are told by name: those declared at the top of a file, and those that an extension adds to such a type. A
/// name that the file's own or a lower folder declares too is left out, because it may be meant.
struct FolderRule {
    let orders: [FolderOrder]

    func findings(in sources: [SwiftSource]) -> [Finding] {
        let placed = sources.compactMap { source in Place(source.path).map { (source: source, place: $0) } }
        let targets = Dictionary(grouping: placed, by: \.place.target)
        return targets.sorted { $0.key < $1.key }.flatMap { target, files in
            findings(target: target, files: files.map { ($0.source, $0.place.folder) })
        }
    }

    private func findings(target: String, files: [(source: SwiftSource, folder: String?)]) -> [Finding] {
        let folders = orders.first { $0.target == target }?.lowestFirst ?? []
        var findings: [Finding] = []
        var ranked: [(source: SwiftSource, rank: Int)] = []
        for (source, folder) in files {
            // Files beside the folders are the entry of the target, above all of them.
            if let rank = folder.map({ folders.firstIndex(of: $0) }) ?? folders.count {
                ranked.append((source, rank))
            } else {
                let message = "its folder has no place in HouseRules.folderOrders of \(target)"
                findings.append(Finding(rule: .folderOrder, path: source.path, message: message))
            }
        }
        for rank in Set(ranked.map(\.rank)).sorted() {
            let namesBelow = Set(ranked.filter { $0.rank <= rank }.flatMap { $0.source.declaredTypeNames })
            var namesAbove: [String: String] = [:]
            for (source, other) in ranked where other > rank {
                for name in source.typeNames where !namesBelow.contains(name) { namesAbove[name] = source.path }
            }
            findings += ranked.filter { $0.rank == rank }.flatMap { $0.source.uses(of: namesAbove, module: target) }
        }
        return findings
    }
}

extension SwiftSource {
    /// The names of all types declared here, nested ones too.
    fileprivate var declaredTypeNames: [String] {
        declarations.filter { [.type, .protocol, .alias].contains($0.kind) }.map(\.name)
    }

    /// The types by which other files can name what stands here; those of an extension with the name it extends.
    fileprivate var typeNames: [String] {
        declarations.compactMap { declaration in
            guard [.type, .protocol, .alias].contains(declaration.kind), !declaration.isLocal,
                declaration.access != .restricted
            else { return nil }
            let isAddition = declarations.contains {
                $0.kind == .extension && declaration.container == [$0.name]
            }
            guard declaration.container.isEmpty || isAddition else { return nil }
            return (declaration.container + [declaration.name]).joined(separator: ".")
        }
    }

    /// The places that use one of the names, each with the path of the file that declares it.
    fileprivate func uses(of declared: [String: String], module: String) -> [Finding] {
        tokens.indices.compactMap { index in
            func text(_ offset: Int) -> String {
                tokens.indices.contains(index + offset) ? tokens[index + offset].text : ""
            }
            // `other.Name` is a name of something else, `Module.Name` is not.
            guard text(-1) != "." || text(-2) == module else { return nil }
            let qualified = text(1) == "." ? text(0) + "." + text(2) : text(0)
            guard let origin = declared[text(0)] ?? declared[qualified] else { return nil }
            let name = declared[text(0)] == nil ? qualified : text(0)
            let message = "\(name) is declared higher, in \(origin)"
            return Finding(rule: .folderOrder, path: path, line: tokens[index].line, message: message)
        }
    }
}
