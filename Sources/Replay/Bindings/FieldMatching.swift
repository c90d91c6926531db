// Fields of the model's structs and members of C: by name, or by the one word that the names share.

/// Pairs fields with members.
enum FieldMatching {
    /// The member of each field, by index; nil for a field without one.
    ///
    /// A field has the member of its name. A field without such a one has the only member, of those not taken, whose name
    /// has the field's as one of its words, `src_pid` for `src`; this is repeated, for a member that is taken leaves fewer.
    static func pairs(_ fields: [String], _ members: [String]) -> [String?] {
        var result = fields.map { field in members.contains(field) ? field : nil }
        var isChanging = true
        while isChanging {
            isChanging = false
            for index in fields.indices where result[index] == nil {
                let free = members.filter { !result.contains($0) }
                let candidates = free.filter { $0.split(separator: "_").contains(Substring(fields[index])) }
                guard candidates.count == 1, let only = candidates.first else { continue }
                result[index] = only
                isChanging = true
            }
        }
        return result
    }
}
