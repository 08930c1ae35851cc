/// The name of a server: `MODEL[/SERVICE][+DEFECT[+DEFECT]]`, for example `threaded/kv+lost-update`.
public struct ServerSpec: Sendable, Hashable, CustomStringConvertible {
    /// How it works on many connections at once.
    public let model: String
    /// What it does with requests.
    public let service: String
    /// The bugs planted in it, by name.
    public let defects: [String]

    /// The service of a name without one.
    public static let defaultService = "kv"

    /// The name as `parse` reads it.
    public var description: String { (["\(model)/\(service)"] + defects).joined(separator: "+") }

    /// One sentence on what it is, and what is wrong with it.
    public var summary: String {
        guard let choice = try? choice() else { return description }
        let base = "\(choice.service.summary), \(choice.model.summary)"
        return choice.defects.isEmpty
            ? "\(base)." : "\(base); \(choice.defects.map(\.summary).joined(separator: "; "))."
    }

    /// Reads a name.
    ///
    /// - Throws: `SpecError`, one sentence, when a part does not exist or the parts do not fit.
    public static func parse(_ text: String) throws(SpecError) -> ServerSpec {
        let parts = text.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
        let names = parts[0].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard names.count <= 2 else { throw SpecError("'\(text)' has more than one slash; write MODEL/SERVICE") }
        let spec = ServerSpec(
            model: names[0], service: names.count > 1 ? names[1] : defaultService, defects: Array(parts.dropFirst()))
        _ = try spec.choice()
        return spec
    }

    /// Every server without a defect or with one, in the order of the tables.
    public static let all: [ServerSpec] = Models.all.flatMap { model in
        Services.all.flatMap { service in
            ([[]] + Defects.all.map { [$0.name] }).compactMap { defects in
                let spec = ServerSpec(model: model.name, service: service.name, defects: defects)
                return (try? spec.choice()) == nil ? nil : spec
            }
        }
    }

    /// The parts behind the names.
    package func choice() throws(SpecError) -> Choice {
        guard let model = Models.all.first(where: { $0.name == model }) else {
            throw .unknown("model", model, Models.all.map(\.name))
        }
        guard let service = Services.all.first(where: { $0.name == service }) else {
            throw .unknown("service", service, Services.all.map(\.name))
        }
        var choice = Choice(model: model, service: service, defects: [])
        for name in defects {
            guard let defect = Defects.all.first(where: { $0.name == name }) else {
                throw .unknown("defect", name, Defects.all.map(\.name))
            }
            if let reason = defect.objection(to: choice) {
                throw SpecError("defect '\(name)' makes no sense in \(model.name)/\(service.name): \(reason)")
            }
            if let rival = choice.defects.first(where: { !$0.replaces.isDisjoint(with: defect.replaces) }) {
                throw SpecError("defects '\(rival.name)' and '\(name)' replace the same part")
            }
            choice.defects.append(defect)
        }
        return choice
    }
}

/// Why a name means no server.
public struct SpecError: Error, Equatable, CustomStringConvertible {
    /// One sentence without a full stop.
    public let description: String

    init(_ description: String) {
        self.description = description
    }

    static func unknown(_ kind: String, _ name: String, _ known: [String]) -> SpecError {
        SpecError("unknown \(kind) '\(name)'; \(kind)s: \(known.joined(separator: ", "))")
    }
}
