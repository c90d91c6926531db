// Text made safe for the formats that reports are written in: whatever a spec's names and strings hold, it stays text.

/// Escapes for markup and for the lines that build systems read.
enum MarkupText {
    /// For text and attribute values of XML 1.0: what XML cannot hold at all becomes a replacement character.
    static func xml(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result.append(contentsOf: "&amp;".unicodeScalars)
            case "<": result.append(contentsOf: "&lt;".unicodeScalars)
            case ">": result.append(contentsOf: "&gt;".unicodeScalars)
            case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
            case "'": result.append(contentsOf: "&#39;".unicodeScalars)
            case "\n", "\t": result.append(scalar)
            default: result.append(isAllowedInXML(scalar) ? scalar : "\u{FFFD}")
            }
        }
        return String(result)
    }

    /// Control characters, those that change the direction of what follows, and what is no character.
    private static func isAllowedInXML(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0xFFFE, 0xFFFF: false
        case 0x202A...0x202E, 0x2066...0x2069: false
        default: true
        }
    }

    /// For text and quoted attribute values of HTML.
    static func html(_ text: String) -> String { xml(text) }

    /// JSON within a `script` element: nothing in it can end the element or open a comment.
    static func script(_ json: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in json.unicodeScalars {
            switch scalar {
            case "<": result.append(contentsOf: "\\u003c".unicodeScalars)
            case ">": result.append(contentsOf: "\\u003e".unicodeScalars)
            case "&": result.append(contentsOf: "\\u0026".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// For a cell or a paragraph of GitHub's Markdown: on one line, and nothing in it is markup.
    static func markdown(_ text: String) -> String {
        var result = ""
        for scalar in TextLayout.oneLine(text).unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\\", "`", "*", "_", "{", "}", "[", "]", "(", ")", "#", "+", "-", "!", "|", "~", "@", ":":
                // Backslashes are not enough: GitHub links `@name` and addresses although they are escaped.
                result += "&#\(scalar.value);"
            default: result.unicodeScalars.append(isAllowedInXML(scalar) ? scalar : "\u{FFFD}")
            }
        }
        return result
    }

    /// A text in Markdown's code font, on one line.
    static func markdownCode(_ text: String) -> String { "<code>\(markdown(text))</code>" }

    /// For the words of a Mermaid diagram, where `#` begins an entity and `;` ends a statement.
    static func mermaid(_ text: String) -> String {
        var result = ""
        for scalar in TextLayout.oneLine(text).unicodeScalars {
            switch scalar {
            case "#", ";", "<", ">", "&", "\"", "`", "{", "}", "[", "]", "(", ")", ":", "%", "\\", "|":
                result += "#\(scalar.value);"
            default: result.unicodeScalars.append(isAllowedInXML(scalar) ? scalar : "\u{FFFD}")
            }
        }
        return result.isEmpty ? " " : result
    }

    /// For a double-quoted string of DOT.
    static func dot(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(isAllowedInXML(scalar) ? scalar : "\u{FFFD}")
            }
        }
        return result
    }

    /// The words of a workflow command of GitHub Actions.
    static func workflowData(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "%": result += "%25"
            case "\r": result += "%0D"
            case "\n": result += "%0A"
            default: result.unicodeScalars.append(isAllowedInXML(scalar) ? scalar : "\u{FFFD}")
            }
        }
        return result
    }

    /// A property of a workflow command.
    static func workflowProperty(_ text: String) -> String {
        workflowData(text).unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case ":": result += "%3A"
            case ",": result += "%2C"
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}
