import Foundation
import Testing

/// Goal: what CONTRIBUTING asks of the sources holds, and who breaks it is told where and what to do. Method: all sources are
/// read as text, line by line; each rule is tried on a text that breaks it, so that it cannot fall asleep.
@Suite("House rules")
struct HouseRuleTests {
    static let sources = SourceFile.all(under: "Sources")
    static let tests = SourceFile.all(under: "Tests")
    static let examples = SourceFile.all(under: "Examples")

    @Test("all sources were found")
    func found() {
        #expect(Self.sources.count > 400)
        #expect(Self.tests.count > 150)
    }

    @Test("files and functions are short")
    func lengths() {
        let faults =
            Self.sources.flatMap { HouseRule.length(of: $0, most: 500) }
            + Self.tests.flatMap { HouseRule.length(of: $0, most: 800) }
            + Self.examples.flatMap { HouseRule.length(of: $0, most: 200) }
            + Self.sources.flatMap { HouseRule.functionLengths(of: $0, most: 70) }
        #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
    }

    @Test("modules import only what lies below them")
    func layers() {
        let faults = Self.sources.flatMap(HouseRule.imports)
        #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
    }

    @Test("folders are layers: files use only what lies in their own, and below")
    func folders() {
        for (module, layers) in FolderLayers.modules.sorted(by: { $0.key < $1.key }) {
            let files = Self.sources.filter { $0.module == module }
            let faults = FolderLayers.faults(of: files, layers)
            #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
            let missing = layers.filter { layer in !files.contains { $0.folder == layer } }
            #expect(missing.isEmpty, "folders without a file: \(missing)")
        }
    }

    @Test("no protocol is named outside its room")
    func rooms() {
        let faults = Self.sources.flatMap(HouseRule.protocolNames)
        #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
    }

    @Test("what the compiler cannot check stays where it is known")
    func unchecked() {
        let faults = Self.sources.flatMap(HouseRule.unchecked)
        #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
    }

    @Test("tests wait for events, and do not sleep")
    func sleeps() {
        let faults = (Self.tests + Self.examples).flatMap(HouseRule.sleeps)
        #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
    }

    @Test("the program that docs/library.md shows is the one of the example, which is built and run")
    func shownProgram() throws {
        let text = try String(contentsOf: SourceFile.root.appending(path: "docs/library.md"), encoding: .utf8)
        let blocks = text.components(separatedBy: "```swift\n").dropFirst().map { $0.components(separatedBy: "```")[0] }
        #expect(blocks.count >= 5)
        let sources = Self.examples.map { $0.lines.joined(separator: "\n") + "\n" }
        for block in blocks {
            // What lies between may be left out by an empty line.
            let parts = block.components(separatedBy: "\n\n").map { $0.trimmingCharacters(in: .newlines) }
            for part in parts { #expect(sources.contains { $0.contains(part) }, "\(part)") }
        }
    }

    @Test("each rule sees what breaks it")
    func awake() {
        let long = SourceFile(path: "Sources/Wire/A.swift", lines: Array(repeating: "", count: 501))
        #expect(HouseRule.length(of: long, most: 500).count == 1)
        let body = ["struct A {", "    func f() {"] + Array(repeating: "        g()", count: 71) + ["    }", "}"]
        let function = SourceFile(path: "Sources/Wire/A.swift", lines: body)
        #expect(HouseRule.functionLengths(of: function, most: 70).count == 1)
        let imports = SourceFile(
            path: "Sources/Verification/A.swift", lines: ["package import Fuzz", "import Foundation"])
        #expect(
            HouseRule.imports(of: imports) == [
                "Sources/Verification/A.swift:1: error: Verification imports Fuzz, use what lies below it: Capture, System, Wire",
                "Sources/Verification/A.swift:2: error: Verification imports Foundation, use Glibc, or a module above",
            ])
        let low = SourceFile(
            path: "Sources/Wire/Low/A.swift",
            lines: [
                "struct A {", "    let text = \"B\" // B", "    let other = \"\\(a.B) \\(B.c)\"", "    enum C {}",
                "    let own: C", "}",
            ])
        let high = SourceFile(path: "Sources/Wire/High/B.swift", lines: ["public enum B {}", "struct C { let a: A }"])
        #expect(
            FolderLayers.faults(of: [low, high], ["Low", "High"]) == [
                "Sources/Wire/Low/A.swift:3: error: B lies above, in High, use what lies below: "
            ])
        #expect(FolderLayers.faults(of: [low], ["High"]).count == 1)
        let named = SourceFile(path: "Sources/Fuzz/A.swift", lines: ["// RESPCodec", "    let codec = RESPCodec()"])
        #expect(HouseRule.protocolNames(in: named).count == 1)
        let unsafe = SourceFile(
            path: "Sources/Wire/A.swift",
            lines: ["final class A: @unchecked Sendable {", "    let b: UnsafeRawPointer"])
        #expect(HouseRule.unchecked(in: unsafe).count == 2)
        let sleepy =
            ["    us", "    try await Task.s", "Thread.s"].map { $0 + "leep(1)" } + ["    poll(" + "nil, 0, 10)"]
        // What a target does, and words of ours.
        let awake = ["    time.s", "    case .s"].map { $0 + "leep(1)" } + ["exec sleep 100"]
        let test = SourceFile(path: "Tests/WireTests/A.swift", lines: sleepy + awake)
        #expect(HouseRule.sleeps(in: test).count == sleepy.count)
    }
}

/// A source file as lines.
struct SourceFile {
    var path: String
    var lines: [String]

    /// Code lines with their numbers, comments left out.
    var code: [(number: Int, text: String)] {
        lines.enumerated().compactMap { index, line in
            let text = line.drop { $0 == " " }
            return text.hasPrefix("//") ? nil : (index + 1, line)
        }
    }

    /// The module that a file of `Sources` is of.
    var module: String { String(path.split(separator: "/")[1]) }

    /// The folder that a file of `Sources` is in, below its module's; empty at the top.
    var folder: String { path.split(separator: "/").dropFirst(2).dropLast().joined(separator: "/") }

    static let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static func all(under folder: String) -> [SourceFile] {
        let enumerator = FileManager.default.enumerator(
            at: root.appending(path: folder), includingPropertiesForKeys: nil)
        var files: [SourceFile] = []
        while let url = enumerator?.nextObject() as? URL {
            guard url.pathExtension == "swift", !url.path.contains("/.build/"),
                let text = try? String(contentsOf: url, encoding: .utf8)
            else { continue }
            let path = url.path.dropFirst(root.path.count + (root.path.hasSuffix("/") ? 0 : 1))
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            files.append(SourceFile(path: String(path), lines: lines.last == "" ? lines.dropLast() : lines))
        }
        return files.sorted { $0.path < $1.path }
    }
}

/// What CONTRIBUTING asks for. Each fault is `path:line: error: …, use …`.
enum HouseRule {
    /// Who may import which of our modules.
    static let below: [String: [String]] = [
        "System": ["CLinux"], "Documents": [], "Wire": [], "Capture": ["CPcap", "System"],
        "Verification": ["Capture", "System", "Wire"],
        "Protocols": ["Capture", "Documents", "System", "Verification", "Wire"],
        "ReferenceServers": ["CLinux", "System"],
        "Perturbation": ["CLinux", "CNoise", "System"],
        "Fuzz": ["CLinux", "Capture", "Perturbation", "System", "Verification", "Wire"],
        "Report": ["Capture", "Documents", "Fuzz", "Perturbation", "System", "Verification", "Wire"],
        "crossfire": [
            "CLinux", "Capture", "Fuzz", "Perturbation", "Protocols", "ReferenceServers", "Report", "System",
            "Verification", "Wire",
        ],
        "reference-server": ["ReferenceServers"],
    ]
    /// Who may import Foundation.
    static let foundational = ["Report", "crossfire"]
    /// Where protocols are named: their rooms, and the servers that speak them.
    static let rooms = ["Sources/Protocols/", "Sources/ReferenceServers/"]
    /// Where bytes are read through pointers: system calls, mapped files, hashing.
    static let pointers = [
        "Sources/ReferenceServers/", "Sources/Perturbation/", "Sources/Capture/Files/", "Sources/Capture/Live/",
        "Sources/Capture/Flows/LargePages.swift", "Sources/Verification/History/",
        "Sources/Verification/Bytes/ByteInterner.swift", "Sources/Protocols/RESP/RESPValue.swift",
        "Sources/Fuzz/Execution/", "Sources/System/", "Sources/Fuzz/Target/",
        "Sources/Fuzz/Compare/LoadClient.swift",
        "Sources/System/SmallFile.swift", "Sources/Report/TerminalText.swift",
        "Sources/crossfire/StandardStreams.swift",
    ]

    static func length(of file: SourceFile, most: Int) -> [String] {
        guard file.lines.count > most else { return [] }
        return ["\(file.path):\(most + 1): error: \(file.lines.count) lines, use several files of at most \(most)"]
    }

    static func functionLengths(of file: SourceFile, most: Int) -> [String] {
        var faults: [String] = []
        var open: (start: Int, indent: Int)?
        for (index, line) in file.lines.enumerated() {
            let indent = line.prefix { $0 == " " }.count
            if let function = open {
                guard indent == function.indent, line.dropFirst(indent).hasPrefix("}") else { continue }
                let length = index - function.start - 1
                if length > most {
                    faults.append(
                        "\(file.path):\(function.start + 1): error: a function of \(length) lines, use several of at most \(most)"
                    )
                }
                open = nil
            } else if line.hasSuffix("{"), line.contains(#/\b(func|init|deinit)\b/#), !line.contains("\"") {
                open = (index, indent)
            }
        }
        return faults
    }

    static func imports(of file: SourceFile) -> [String] {
        guard let allowed = below[file.module] else {
            return ["\(file.path):1: error: the module \(file.module) has no layer, use an entry in HouseRule.below"]
        }
        return file.code.compactMap { number, text in
            guard let match = text.wholeMatch(of: #/(?:public |package )?import (\w+)/#) else { return nil }
            let name = String(match.1)
            if name == "Foundation", !foundational.contains(file.module) {
                return "\(file.path):\(number): error: \(file.module) imports Foundation, use Glibc, or a module above"
            }
            guard below[name] != nil || ["CPcap", "CLinux", "CNoise"].contains(name), !allowed.contains(name) else {
                return nil
            }
            let list = allowed.isEmpty ? "nothing" : allowed.joined(separator: ", ")
            return "\(file.path):\(number): error: \(file.module) imports \(name), use what lies below it: \(list)"
        }
    }

    static func protocolNames(in file: SourceFile) -> [String] {
        guard !rooms.contains(where: file.path.hasPrefix) else { return [] }
        return file.code.compactMap { number, text in
            let names = #/\b(RESP[A-Z]\w*|HTTP[A-Z]\w*|Echo(Line|Length)\w*|(TaggedLine|Memcached|Beanstalk)\w*)/#
            guard let name = text.firstMatch(of: names) else { return nil }
            return "\(file.path):\(number): error: \(name.1) is named outside its room, use a question to its Meaning"
        }
    }

    /// Servers that are slow on purpose are programs of their own, in other languages.
    static func sleeps(in file: SourceFile) -> [String] {
        file.code.compactMap { number, text in
            guard text.contains(#/(^|[^.\w])(u?sleep|nanosleep)\(|(Task|Thread)\.sleep\(|poll\(nil/#) else {
                return nil
            }
            return "\(file.path):\(number): error: a test sleeps, use a wait for the event that it hopes for"
        }
    }

    static func unchecked(in file: SourceFile) -> [String] {
        file.code.compactMap { number, text in
            let place = "\(file.path):\(number): error:"
            if text.contains("@unchecked Sendable") {
                return "\(place) @unchecked Sendable, use a Mutex, an Atomic or a value"
            }
            guard !pointers.contains(where: file.path.hasPrefix),
                text.contains(#/Unsafe\w*Pointer|withUnsafe\w*|unsafeBitCast/#)
            else { return nil }
            return "\(place) a pointer, use a Span, or a file where pointers are at home"
        }
    }
}
