// The rules about one Swift file: caption, size, documentation, postponed work, forced errors.

extension SwiftSource {
    /// The first line says what the file is; in a manifest, where the tools version comes first, the second does.
    var captionFindings: [Finding] {
        let number = path.hasSuffix("Package.swift") ? 2 : 1
        let caption = lines.dropFirst(number - 1).first ?? ""
        let words = caption.dropFirst(3).split(separator: " ")
        guard caption.hasPrefix("// "), words.count > 1 else {
            return [finding(.caption, line: number, "is no caption, which says in one line what the file is: // …")]
        }
        return []
    }

    var sizeFindings: [Finding] {
        let limit = HouseRules.fileLineLimit
        return lines.count > limit ? [finding(.fileSize, "\(lines.count) lines, more than \(limit)")] : []
    }

    /// Counted from the keyword to the closing brace; the body of a computed property counts like a function.
    var functionSizeFindings: [Finding] {
        let limit = HouseRules.functionLineLimit
        return declarations.compactMap { declaration in
            guard [.function, .property].contains(declaration.kind), declaration.lineCount > limit else { return nil }
            let message = "\(declaration.name) has \(declaration.lineCount) lines, more than \(limit)"
            return finding(.functionSize, line: declaration.line, message)
        }
    }

    /// Whatever other modules can name is documented, except the extensions themselves and the cases of an enum.
    var documentationFindings: [Finding] {
        declarations.compactMap { declaration in
            guard declaration.isVisibleOutside, declaration.kind != .extension, !declaration.isDocumented else {
                return nil
            }
            let name = (declaration.container + [declaration.name]).joined(separator: ".")
            return finding(.documentation, line: declaration.line, "\(name) is visible outside but has no /// comment")
        }
    }

    var postponedWorkFindings: [Finding] {
        zip(1..., comments).flatMap { number, comment in
            let words = comment.split { !$0.isLetter }
            return HouseRules.postponingWords.filter { words.contains(Substring($0)) }.map { word in
                finding(.postponedWork, line: number, "\(word): do it, or write an entry in Warts.md")
            }
        }
    }

    /// The formatter allows it in test functions; here it is allowed nowhere.
    var forceTryFindings: [Finding] {
        zip(tokens, tokens.dropFirst()).compactMap { word, sign in
            guard word.text == "try", sign.text == "!", lines[word.line - 1].contains("try!") else { return nil }
            return finding(.forceTry, line: word.line, "try! hides an error; throw it or handle it")
        }
    }

    private func finding(_ rule: Rule, line: Int = 0, _ message: String) -> Finding {
        Finding(rule: rule, path: path, line: line, message: message)
    }
}
