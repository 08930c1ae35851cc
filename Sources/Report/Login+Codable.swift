public import Fuzz

/// As a finding's folder keeps it: secrets are places in it.
extension Login: Codable {
    private enum Key: String, CodingKey {
        case requests, headers
    }

    /// Reads it.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        self.init(
            requests: try container.decodeIfPresent([String].self, forKey: .requests) ?? [],
            headers: try container.decodeIfPresent([String].self, forKey: .headers) ?? [])
    }

    /// Writes it.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        if !requests.isEmpty { try container.encode(requests, forKey: .requests) }
        if !headers.isEmpty { try container.encode(headers, forKey: .headers) }
    }
}

extension Login {
    /// What it tells the target, for who has not asked for it: a place may name any variable or file.
    public var actions: [String] {
        (requests + headers).map { "says to it: " + TargetDescription.quoted($0) }
    }
}

extension Secrets {
    /// A target with places for its secrets.
    public func hidden(_ target: TargetDescription) -> TargetDescription {
        guard case .command(let words, let transport) = target else { return target }
        return .command(words.map(hiddenWord), over: transport)
    }

    /// A life with places for its secrets.
    public func hidden(_ life: TargetLife) -> TargetLife {
        var told = life
        told.environment = life.environment.mapValues(hiddenWord)
        told.setup = life.setup.map(hidden)
        told.reset = life.reset.map(hidden)
        told.restart = life.restart.map(hidden)
        return told
    }
}

extension TargetDescription {
    /// The texts in which there may be places.
    public var texts: [String] { if case .command(let words, _) = self { words } else { [] } }
}

extension TargetLife {
    /// The texts in which there may be places.
    public var texts: [String] { environment.values.sorted() + [setup, reset, restart].compactMap { $0 } }
}
