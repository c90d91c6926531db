// Where the trace of a property is kept: the path that reports name and the command line writes to.

/// Names the files of traces.
public enum TraceFile {
    /// `shmcheck-out/<spec>/<check or "default">/<property>.itf.json`.
    ///
    /// - Parameters:
    ///   - property: what the trace is of.
    ///   - check: the check that found it; its name, or the fault's id, names a folder.
    ///   - spec: the spec's path; its last component without `.spec` names a folder.
    ///   - outDir: the folder of `--out-dir`.
    public static func path(
        of property: PropertyResult, in check: CheckResult, spec: String, outDir: String = "shmcheck-out"
    ) -> String {
        let parts = [specName(spec), check.displayName, property.name].map(safe)
        return "\(outDir)/\(parts.joined(separator: "/")).itf.json"
    }

    /// The last component of a spec's path without `.spec`.
    static func specName(_ path: String) -> String {
        let last = path.split(separator: "/").last.map(String.init) ?? path
        return last.hasSuffix(".spec") && last.count > 5 ? String(last.dropLast(5)) : last
    }

    /// A name that cannot leave its folder: what is neither letter, digit nor one of `_.-#` becomes `_`.
    private static func safe(_ name: String) -> String {
        var result = ""
        for scalar in name.unicodeScalars {
            let isKept =
                scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "_.-#".unicodeScalars.contains(scalar)
            result.unicodeScalars.append(isKept ? scalar : "_")
        }
        return result.isEmpty || result.allSatisfy({ $0 == "." }) ? "_" : result
    }
}
