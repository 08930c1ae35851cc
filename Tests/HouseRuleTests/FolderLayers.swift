/// The folders of a module as layers: a file uses types of its own folder and of those below, so nothing goes in a circle.
enum FolderLayers {
    /// Lowest first. A module that is not named here is not looked at.
    static let modules: [String: [String]] = [
        "Verification": [
            "Bytes", "Verdicts", "Search", "History", "Specifications", "Monitors", "Monitors/Transactions", "Checker",
            "Generator", "Conversations", "Keys/Operations", "Meaning", "Evidence", "Diagnosis", "Keys/Model",
            "Keys/Search", "Keys/Telling", "Keys", "Captured", "Oracles", "",
        ]
    ]

    /// Types that stand on their own, by name, with the folder that declares them.
    static func types(of files: [SourceFile]) -> [String: String] {
        var folders: [String: String] = [:]
        for file in files {
            for (_, text) in file.code {
                guard let match = text.prefixMatch(of: #/(?:\w+ )*(?:struct|class|enum|protocol|typealias) (\w+)/#)
                else {
                    continue
                }
                folders[String(match.1)] = file.folder
            }
        }
        return folders
    }

    /// What the files of one module use that lies above them, or in no layer.
    static func faults(of files: [SourceFile], _ layers: [String]) -> [String] {
        let folders = types(of: files)
        return files.flatMap { file -> [String] in
            guard let own = layers.firstIndex(of: file.folder) else {
                return ["\(file.path):1: error: the folder has no layer, use an entry in FolderLayers.modules"]
            }
            // A type inside another may be called like one elsewhere.
            let nested = Set(file.code.flatMap { declared(in: $0.text) })
            return file.code.compactMap { number, text in
                let above = names(in: text).first { name in
                    guard let folder = folders[name], !nested.contains(name) else { return false }
                    return layers.firstIndex(of: folder).map { $0 > own } ?? false
                }
                guard let above else { return nil }
                let list = layers[..<own].joined(separator: ", ")
                return
                    "\(file.path):\(number): error: \(above) lies above, in \(folders[above]!), use what lies below: \(list)"
            }
        }
    }

    /// The types that a line declares inside others.
    private static func declared(in text: String) -> [String] {
        guard text.hasPrefix(" "), let match = text.firstMatch(of: #/(?:struct|class|enum|protocol|typealias) (\w+)/#)
        else { return [] }
        return [String(match.1)]
    }

    /// The words of a line that begin with a capital and stand behind no point; not those of strings and comments.
    static func names(in text: String) -> [String] {
        var names: [String] = []
        var word = ""
        var before: Character = " "
        var (isQuoted, depth) = (false, 0)
        func end() {
            if word.first?.isUppercase ?? false { names.append(word) }
            word = ""
        }
        var last: Character = " "
        for character in text + " " {
            defer { last = character }
            if character == "\"", last != "\\" {
                end()
                isQuoted.toggle()
            } else if isQuoted, depth == 0 {
                // What a string is put together of is code again.
                if character == "(", last == "\\" { (depth, isQuoted) = (1, false) }
            } else if character.isLetter || character.isNumber || character == "_" {
                if word.isEmpty { before = last }
                if !word.isEmpty || before != "." { word.append(character) } else { word = "." }
            } else {
                end()
                if character == "/", last == "/" { return names }
                if depth > 0, character == "(" { depth += 1 }
                if depth > 0, character == ")" {
                    depth -= 1
                    if depth == 0 { isQuoted = true }
                }
            }
        }
        return names
    }
}
