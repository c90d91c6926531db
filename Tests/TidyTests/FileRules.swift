// The rules about every file: where it may stand, and what no text may contain.

/// Rules that need only the path.
enum PathRule {
    static func folderNameFindings(in paths: [String]) -> [Finding] {
        paths.compactMap { path in
            let folders = path.split(separator: "/").dropLast().map(String.init)
            guard let name = folders.first(where: HouseRules.emptyFolderNames.contains) else { return nil }
            return Finding(rule: .folderName, path: path, message: "\(name) does not say what is inside")
        }
    }

    /// What a build makes is not committed, and versions are pinned in the manifest.
    static func strayFileFindings(in paths: [String]) -> [Finding] {
        paths.compactMap { path in
            let parts = path.split(separator: "/")
            guard parts.contains(".build") || parts.last == "Package.resolved" else { return nil }
            return Finding(rule: .strayFile, path: path, message: "is made by a build and not committed")
        }
    }
}

extension RepositoryFile {
    /// Absolute paths below the folders where people and machines keep their checkouts.
    var machinePathFindings: [Finding] {
        matches(of: HouseRules.machineFolders.map { "/\($0)/" }) { line, range in
            // Inside a longer path, or a host, it is only a folder of that name.
            let before = line[..<range.lowerBound].last
            guard before.map({ !$0.isLetter && !$0.isNumber && !"/._-~}".contains($0) }) ?? true else { return nil }
            return Finding(
                rule: .machinePath, path: path, message: "\(line[range])… is a path of one machine")
        }
    }

    /// Hosts that one workplace puts before the public sources of packages.
    var registryHostFindings: [Finding] {
        matches(of: ["://"]) { line, range in
            let host = line[range.upperBound...].prefix { $0.isLetter || $0.isNumber || ".-@_".contains($0) }
            let labels = host.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
            guard let label = labels.first(where: HouseRules.registryHosts.contains) else { return nil }
            return Finding(
                rule: .registryHost, path: path, message: "a host named \(label) belongs to one workplace")
        }
    }

    /// What `judge` finds at each place where one of the signs stands, with its line.
    private func matches(of signs: [String], judge: (Substring, Range<String.Index>) -> Finding?) -> [Finding] {
        // Most files contain none of them.
        guard signs.contains(where: text.contains) else { return [] }
        return zip(1..., text.split(separator: "\n", omittingEmptySubsequences: false)).flatMap { number, line in
            signs.flatMap { line.ranges(of: $0) }.compactMap { range in
                guard var finding = judge(line, range) else { return nil }
                finding.line = number
                return finding
            }
        }
    }
}
