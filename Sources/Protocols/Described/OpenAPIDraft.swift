import Documents

/// A first description of a REST server from its OpenAPI 3 document: to be edited by somebody who knows what its requests do.
///
/// What is clear is written: a PUT with a value writes, a GET reads, a DELETE deletes; `If-Match` compares. What a POST does is for
/// its reader to say. What it writes is a description: `DescribedProtocol` reads it. Source: OpenAPI Specification 3.1.
public struct OpenAPIDraft: Sendable {
    /// The file.
    public let text: String

    private static let methods = ["get", "put", "post", "patch", "delete"]
    private static let maximumRequests = 256

    /// Drafts one.
    ///
    /// - Parameter path: the document's name, for errors.
    /// - Throws: `DescriptionError`.
    public init(_ text: String, name path: String) throws(DescriptionError) {
        do throws(DocumentError) {
            self.text = try Self.draft(try Document(text))
        } catch {
            throw DescriptionError(description: "\(path):\(error)")
        }
    }

    private static func draft(_ document: Document) throws(DocumentError) -> String {
        let top = try document.map("an OpenAPI document")
        let version = try top.required("openapi", "the version, as 3.1.0")
        guard try version.text("the version, as 3.1.0").hasPrefix("3.") else {
            throw version.error("expected version 3")
        }
        var draft = Requests(schemas: OpenAPISchemas(top))
        for path in try top.required("paths", "what may be asked").map("paths").entries {
            let item = try path.value.map("what may be asked of a path")
            for operation in item.entries where methods.contains(operation.key) {
                guard draft.names.count < maximumRequests else { break }
                try draft.add(operation, path.key, item)
            }
        }
        guard !draft.names.isEmpty else { throw document.error("no path has get, put, post, patch or delete") }
        var lines = [
            "# A draft of an OpenAPI document. Edit it: say with 'does' what requests do.", "crossfire-protocol: 1",
        ]
        lines += ["framing: http", "requests:"] + draft.lines
        if !draft.values.isEmpty { lines.append("values:") }
        lines += draft.values.sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value)" }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The requests so far.
    private struct Requests {
        let schemas: OpenAPISchemas
        var lines: [String] = []
        var values: [String: String] = [:]
        var names: Set<String> = []

        mutating func add(_ operation: Document.Entry, _ path: String, _ item: DocumentMap) throws(DocumentError) {
            let map = try operation.value.map("an operation")
            let parameters = schemas.parameters(item) + schemas.parameters(map)
            let target = target(path)
            let body = schemas.json(map["requestBody"])
            let comparesVersion = parameters.contains { $0.place == "header" && $0.name.lowercased() == "if-match" }
            lines.append("  \(name(map["operationId"]?.plainText ?? "\(operation.key)\(path)")):")
            lines.append("    send: \(DraftText.quoted("\(operation.key.uppercased()) \(target.text)"))")
            if comparesVersion { lines.append("    headers: {If-Match: \"{version}\"}") }
            let written = body.map { addBody($0) } ?? nil
            let effect = effect(operation.key, target.hasKey, written, comparesVersion)
            lines.append(effect.map { "    does: \($0)" } ?? "    # does: add, write, read, delete, …?")
            lines.append("    replies:")
            addReplies(map, operation.key, effect, written)
        }

        /// The body: one of its properties is what is written.
        private mutating func addBody(_ schema: OpenAPISchemas.Object) -> String? {
            let written =
                schema.properties.first { $0.type == "integer" || $0.type == "number" }
                ?? schema.properties.first { $0.type == "string" }
            let members = schema.properties.map { property -> String in
                let value = property.name == written?.name ? "\"{value}\"" : property.example
                return "\(DraftText.quoted(property.name)): \(value)"
            }
            lines.append("    body: {\(members.joined(separator: ", "))}")
            guard let written else { return nil }
            values["value"] = written.type == "string" ? values["value"] ?? "tokens" : "integers"
            return written.name
        }

        private func effect(_ method: String, _ hasKey: Bool, _ written: String?, _ compares: Bool) -> String? {
            guard hasKey else { return nil }
            switch method {
            case "get": return "read"
            case "delete": return "delete"
            case "put" where written != nil: return compares ? "compare-and-set" : "write"
            default: return nil
            }
        }

        private mutating func addReplies(_ map: DocumentMap, _ method: String, _ effect: String?, _ written: String?) {
            var hasAny = false
            if let responses = map["responses"], case .map(let entries) = responses.content {
                for entry in entries {
                    guard let status = Int(entry.key), (200...599).contains(status) else { continue }
                    hasAny = true
                    lines.append("      - {is: \(status)\(meaning(status, entry.value, effect))}")
                }
            }
            if !hasAny { lines.append("      - {is: 200}") }
        }

        /// What a status says of what was asked.
        private func meaning(_ status: Int, _ response: Document, _ effect: String?) -> String {
            let absent = status == 404 || status == 410
            if absent, effect == "read" { return ", result: nothing" }
            if absent, effect == "delete" { return ", result: false" }
            if status >= 500 { return ", maybe: true" }
            if status >= 400 { return ", no-effect: true" }
            guard status < 300 else { return "" }
            let version = schemas.hasField("etag", response) ? ", version: header.ETag" : ""
            if effect == "delete" { return ", result: true" + version }
            guard effect == "read", let object = schemas.json(response) else { return version }
            let told =
                object.properties.first { $0.type == "integer" || $0.type == "number" }
                ?? object.properties.first { $0.type == "string" }
            return (told.map { ", result: \(DraftText.quoted("body.\($0.name)"))" } ?? "") + version
        }

        /// The path with its last parameter as the object's name.
        private mutating func target(_ path: String) -> (text: String, hasKey: Bool) {
            var parts: [(text: Substring, isParameter: Bool)] = []
            var rest = Substring(path)
            while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
                parts.append((rest[..<open], false))
                parts.append((rest[rest.index(after: open)..<close], true))
                rest = rest[rest.index(after: close)...]
            }
            parts.append((rest, false))
            let last = parts.lastIndex { $0.isParameter }
            var text = ""
            for (index, part) in parts.enumerated() {
                guard part.isParameter else {
                    text += part.text.filter { $0 != "{" && $0 != "}" }
                    continue
                }
                let name = index == last ? "key" : DraftText.name(String(part.text))
                if index != last { values[name] = "[a, b]" }
                text += "{\(name)}"
            }
            return (text, last != nil)
        }

        private mutating func name(_ text: String) -> String { DraftText.name(text, apartFrom: &names) }
    }
}

/// What an OpenAPI document says of bodies and parameters; references within it are followed.
struct OpenAPISchemas {
    private let top: DocumentMap

    /// References that lead to references.
    private static let maximumReferences = 4

    struct Property {
        var name: String
        var type: String
        /// Something of its type.
        var example: String {
            switch type {
            case "integer", "number": "1"
            case "boolean": "true"
            case "array": "[]"
            case "object": "{}"
            default: "text"
            }
        }
    }

    struct Object {
        var properties: [Property]
    }

    init(_ top: DocumentMap) { self.top = top }

    /// The object that a body or a response holds as JSON; nil where it holds none.
    func json(_ document: Document?) -> Object? {
        guard let holder = document.flatMap(resolved), let content = holder["content"].flatMap(resolved) else {
            return nil
        }
        let media = content.entries.first { $0.key.hasPrefix("application/") && $0.key.contains("json") }
        guard let schema = media.flatMap({ resolved($0.value) })?["schema"].flatMap(resolved),
            case .map(let entries)? = schema["properties"]?.content
        else { return nil }
        return Object(
            properties: entries.map { Property(name: $0.key, type: resolved($0.value)?["type"]?.plainText ?? "string") }
        )
    }

    /// Whether a response has a field in its header, its name in small letters.
    func hasField(_ name: String, _ response: Document) -> Bool {
        guard case .map(let entries)? = resolved(response)?["headers"]?.content else { return false }
        return entries.contains { $0.key.lowercased() == name }
    }

    func parameters(_ map: DocumentMap) -> [(name: String, place: String)] {
        guard case .list(let list)? = map["parameters"]?.content else { return [] }
        return list.compactMap { document in
            guard let parameter = resolved(document), let name = parameter["name"]?.plainText,
                let place = parameter["in"]?.plainText
            else { return nil }
            return (name, place)
        }
    }

    /// A map, or the one that `$ref` names.
    private func resolved(_ document: Document) -> DocumentMap? {
        var document = document
        for _ in 0..<Self.maximumReferences {
            guard case .map(let entries) = document.content else { return nil }
            let map = DocumentMap(entries: entries, place: document.place)
            guard let reference = map["$ref"]?.plainText else { return map }
            guard let next = find(reference) else { return nil }
            document = next
        }
        return nil
    }

    /// `#/components/schemas/Item`.
    private func find(_ reference: String) -> Document? {
        guard reference.hasPrefix("#/") else { return nil }
        var map: DocumentMap? = top
        var found: Document?
        for name in reference.dropFirst(2).split(separator: "/") {
            found = map?[String(name.replacing("~1", with: "/").replacing("~0", with: "~"))]
            if case .map(let entries)? = found?.content {
                map = DocumentMap(entries: entries, place: found?.place ?? Document.Place(line: 1, column: 1))
            } else {
                map = nil
            }
        }
        return found
    }
}

extension Document {
    /// Its text, if it is one.
    fileprivate var plainText: String? { if case .text(let text) = content { text } else { nil } }
}
