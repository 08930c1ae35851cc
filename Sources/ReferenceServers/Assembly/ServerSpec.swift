/// The name of a server: `MODEL[/SERVICE][+DEFECT[+DEFECT]]`, for example `threaded/kv+lost-update`.
public struct ServerSpec: Sendable, Hashable, CustomStringConvertible {
    /// How it works on many connections at once.
    public let model: String
    /// What it does with requests.
    public let service: String
    /// The bugs planted in it, by name.
    public let defects: [String]
    /// How clients reach it.
    public let transport: String
    /// How its workers share keys and values.
    public let state: String

    /// The service of a name without one.
    public static let defaultService = "kv"

    /// The name as `parse` reads it, with the options that differ from the defaults.
    public var description: String {
        let name = (["\(model)/\(service)"] + defects).joined(separator: "+")
        return ([name] + options).joined(separator: " ")
    }

    /// Whether transport and state are the defaults of its model and defects.
    public var isUsual: Bool { options.isEmpty }

    /// The options of the command line that differ from the defaults.
    private var options: [String] {
        (transport == Self.defaultTransport(defects) ? [] : ["--transport", transport])
            + (state == Self.defaultState(model, defects) ? [] : ["--state", state])
    }

    /// The arguments that make `reference-server` this server.
    public var arguments: [String] { [(["\(model)/\(service)"] + defects).joined(separator: "+")] + options }

    /// One sentence on what it is, and what is wrong with it.
    public var summary: String {
        guard let choice = try? choice() else { return description }
        var clauses = ["\(choice.service.summary), \(choice.model.summary)"]
        if transport != Transports.all[0].name { clauses[0] += ", \(choice.transport.summary)" }
        if state != Self.defaultState(model, []) { clauses[0] += ", \(choice.state.summary)" }
        return (clauses + choice.defects.map { "\($0.summary) (\($0.grade))" }).joined(separator: "; ") + "."
    }

    /// Reads a name, and the values of `--transport` and `--state`, nil for the defaults.
    ///
    /// - Throws: `SpecError`, one sentence, when a part does not exist or the parts do not fit.
    public static func parse(
        _ text: String, transport: String? = nil, state: String? = nil
    ) throws(SpecError) -> ServerSpec {
        let parts = text.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
        let names = parts[0].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard names.count <= 2 else { throw SpecError("'\(text)' has more than one slash; write MODEL/SERVICE") }
        let defects = Array(parts.dropFirst())
        let spec = ServerSpec(
            model: names[0], service: names.count > 1 ? names[1] : defaultService, defects: defects,
            transport: transport ?? defaultTransport(defects), state: state ?? defaultState(names[0], defects))
        _ = try spec.choice()
        return spec
    }

    /// Reads a name with its options, as `description` writes it.
    ///
    /// - Throws: as `parse`.
    public static func parse(fullName: String) throws(SpecError) -> ServerSpec {
        var words = fullName.split(separator: " ").map(String.init)[...]
        let name = words.popFirst() ?? ""
        var values: [String: String] = [:]
        while let option = words.popFirst() {
            guard ["--transport", "--state"].contains(option), let value = words.popFirst() else {
                throw SpecError("'\(option)' behind '\(name)' is no option with a value")
            }
            values[option] = value
        }
        return try parse(name, transport: values["--transport"], state: values["--state"])
    }

    /// Every server without a defect or with one, on the default transport and state, in the order of the tables.
    public static let all = matrix.filter(\.isUsual)

    /// Every server without a defect or with one, on another transport or state than the default.
    public static let variants = matrix.filter { !$0.isUsual }

    private static let matrix: [ServerSpec] = Models.all.flatMap { model in
        Services.all.flatMap { service in
            ([[]] + Defects.all.map { [$0.name] }).flatMap { defects in
                Transports.all.flatMap { transport in
                    StateSharing.all.compactMap { state in
                        let spec = ServerSpec(
                            model: model.name, service: service.name, defects: defects, transport: transport.name,
                            state: state.name)
                        return (try? spec.choice()) == nil ? nil : spec
                    }
                }
            }
        }
    }

    private static func defaultTransport(_ defects: [String]) -> String {
        needs(defects, \.transport) ?? Transports.all[0].name
    }

    private static func needs(_ defects: [String], _ option: (any Defect) -> String?) -> String? {
        Defects.all.lazy.filter { defects.contains($0.name) }.compactMap(option).first
    }

    private static func defaultState(_ model: String, _ defects: [String]) -> String {
        if let state = needs(defects, \.state) { return state }
        let workers = Models.all.first { $0.name == model }?.workers ?? .one
        return StateSharing.all.first { $0.suits(workers) }?.name ?? ""
    }

    /// The parts behind the names.
    package func choice() throws(SpecError) -> Choice {
        let model = try Self.find(model, "model", Models.all, \.name)
        let service = try Self.find(service, "service", Services.all, \.name)
        let transport = try Self.find(transport, "transport", Transports.all, \.name)
        let state = try Self.find(state, "state", StateSharing.all, \.name)
        guard state.suits(model.workers) else {
            let reason = model.workers == .processes ? "its workers are processes" : "its workers share memory already"
            throw SpecError("state '\(state.name)' makes no sense in \(model.name): \(reason)")
        }
        guard service.hasState || self.state == Self.defaultState(self.model, []) else {
            throw SpecError(
                "state '\(state.name)' makes no sense in \(service.name): it keeps nothing between requests")
        }
        guard !model.sharesPort || transport.canSharePort else {
            throw SpecError(
                "transport '\(transport.name)' makes no sense in \(model.name): its sockets cannot share an address")
        }
        if transport.isDatagram {
            guard model.datagramWorkers != nil else {
                throw SpecError("transport 'udp' makes no sense in \(model.name): the model is about connections")
            }
            guard service.fitsDatagrams else {
                throw SpecError(
                    "transport 'udp' makes no sense in \(service.name): its messages do not fit in datagrams")
            }
        }
        var choice = Choice(model: model, service: service, transport: transport, state: state, defects: [])
        for name in defects { try choice.add(Self.find(name, "defect", Defects.all, \.name)) }
        return choice
    }

    private static func find<Part>(
        _ name: String, _ kind: String, _ all: [Part], _ nameOf: (Part) -> String
    ) throws(SpecError) -> Part {
        if let part = all.first(where: { nameOf($0) == name }) { return part }
        throw SpecError("unknown \(kind) '\(name)'; \(kind)s: \(all.map(nameOf).joined(separator: ", "))")
    }
}

extension Choice {
    /// Adds a defect, if it can exist here beside those that were added before.
    fileprivate mutating func add(_ defect: any Defect) throws(SpecError) {
        if let reason = defect.objection(to: self) {
            throw SpecError("defect '\(defect.name)' makes no sense in \(model.name)/\(service.name): \(reason)")
        }
        if transport.isDatagram, let part = defect.partMissingOnDatagrams {
            throw SpecError("defect '\(defect.name)' makes no sense over \(transport.name): there is no \(part)")
        }
        if let rival = defects.first(where: { !$0.replaces.isDisjoint(with: defect.replaces) }) {
            throw SpecError("defects '\(rival.name)' and '\(defect.name)' replace the same part")
        }
        defects.append(defect)
    }
}

/// Why a name means no server.
public struct SpecError: Error, Equatable, CustomStringConvertible {
    /// One sentence without a full stop.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
