/// How drafts write what comes from elsewhere.
enum DraftText {
    /// A YAML text in quotes; what cannot stand there is a question mark.
    static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F || scalar == "\u{FFFD}": out += "\\x3F"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }

    /// Letters, digits and hyphens of a text.
    static func name(_ text: String) -> String {
        var name = ""
        for letter in text.prefix(64) {
            let isPlain = letter.isASCII && (letter.isLetter || letter.isNumber || letter == "_")
            if isPlain { name.append(letter) } else if name.last != "-" { name.append("-") }
        }
        while name.last == "-" { name.removeLast() }
        while name.first == "-" { name.removeFirst() }
        return name.isEmpty ? "request" : name
    }

    /// A name that none of the others has.
    static func name(_ text: String, apartFrom names: inout Set<String>) -> String {
        let stem = String(name(text).prefix(48))
        var name = stem
        var number = 2
        while !names.insert(name).inserted {
            name = "\(stem)-\(number)"
            number += 1
        }
        return name
    }
}
