import System
import Wire

/// Draws requests of a vocabulary, from what the target knows.
struct RequestDraw: Sendable {
    let protocolName: String
    let options: GeneratorOptions
    /// What requests may be about: topics of which the target knows what they need.
    let topics: [Topic]
    /// Requests that the reply repeats; nil without any.
    let marker: Topic?
    /// Objects of one client each; nil without any.
    let own: Topic?
    /// A value that is written and read; nil without any.
    let register: Topic?
    /// How several requests are done at once; nil where the target does not know that.
    private let transaction: TransactionTemplate?
    /// How clients publish and subscribe; nil where the target does not know that.
    let channels: ChannelTemplates?
    /// What makes the target forget all; empty where that is not wanted.
    private let destruction: [RequestTemplate]
    private let vocabulary: Vocabulary

    /// How long the values of requests are.
    enum ValueLength: Equatable {
        /// A few bytes.
        case short
        /// Mostly short; some fill a segment, or more than one read.
        case drawn
        case bytes(Int)
    }

    init(_ protocolName: String, _ vocabulary: Vocabulary, _ options: GeneratorOptions) {
        self.protocolName = protocolName
        self.options = options
        self.vocabulary = vocabulary
        let isKnown = { (request: RequestTemplate) in
            guard let command = request.command else { return true }
            return !options.excludedCommands.contains(command) && options.onlyCommands?.contains(command) ?? true
        }
        let stated = options.objects.isEmpty ? vocabulary.topics : [vocabulary.reading(options.objects)]
        topics = stated.compactMap { topic in
            var known = topic.sayable
            known.requests.removeAll { !isKnown($0) }
            return known.isUsable ? known : nil
        }
        let changes = options.objects.isEmpty
        transaction = vocabulary.transaction.flatMap { template in
            guard changes else { return nil }
            let all = template.ends + [template.begin]
            // Who may not say several at once cannot be sure to end what was begun.
            guard !options.avoidsPipelining else { return nil }
            return all.allSatisfy { isKnown($0) && $0.saysSomething(about: nil) } && !options.datagrams ? template : nil
        }
        channels = changes ? vocabulary.channels?.known(isKnown) : nil
        destruction = changes && options.isDestructive ? vocabulary.destruction.filter(isKnown) : []
        marker = topics.first { $0.object == .marker }
        own = topics.first { $0.object == .own }
        register = topics.first { $0.object == .register && $0.has(.write) && $0.has(.read) }
    }

    /// What each client says first on a connection.
    var login: [[Template]] {
        var random = SeededGenerator(seed: 0)
        return vocabulary.login.filter { $0.saysSomething(about: nil) }.map { filled($0, [], .short, &random) }
    }

    /// A request of each command.
    var oneOfEachCommand: [[Template]] { oneOfEachCommand(.short) }

    /// A request of each command, with values as long as that.
    func oneOfEachCommand(_ length: ValueLength) -> [[Template]] {
        var random = SeededGenerator(seed: 0)
        var seen: Set<String> = []
        // A value that is kept tells more than one that is repeated.
        let kept = length == .short ? topics : topics.filter { $0.object != .marker } + topics
        let stated = kept.flatMap { topic in topic.requests.map { (topic, $0) } }
        return stated.filter { seen.insert($0.1.command ?? "").inserted }.map { topic, request in
            filled(request, topic.object.someNames.map(topic.name), length, &random)
        }
    }

    // MARK: How many meet

    /// How many clients meet in operations that are hard to judge.
    var hardGroup: Int { max(1, min(options.clients, options.hardClients)) }
    /// Whether that is all of them.
    private var areTogether: Bool { hardGroup >= options.clients }

    /// How many times more of the easy requests there are, so that few are hard where each client sends many.
    private func spacing(ofHard hard: Int, among others: Int) -> Int {
        let expected = hardGroup * (options.operations ?? 0) * hard / (others + hard)
        return max(1, expected / max(1, options.hardOperations))
    }

    // MARK: Topics

    /// What a scenario is about, by weight; nil where the target knows nothing.
    func topic(_ random: inout SeededGenerator, byWeight weight: (Topic) -> Int = \.weight) -> Topic? {
        // Objects of one's own are written first, which adds to the operations.
        let possible = options.operations == nil ? topics : topics.filter { $0.object != .own }
        return random.pick(possible, byWeight: weight) ?? marker
    }

    // MARK: Requests

    /// A request about a topic.
    func request(
        about topic: Topic?, by client: Int, _ random: inout SeededGenerator, _ length: ValueLength = .drawn
    ) -> [Template] {
        guard let topic else { return lastResort(&random) }
        switch topic.object {
        case .marker: return filled(topic.pick(&random), [], drawn(length, of: topic, &random), &random)
        case .own: return readOwn(topic, by: client, &random)
        case .several:
            let names = topic.object.names.shuffled(using: &random)
            let objects = names.map { shared(topic, $0, by: client) }
            return filled(topic.pick(&random), objects, .short, &random)
        case .register, .counter, .set, .queue, .lock: return sharing(topic, by: client, length, &random)
        }
    }

    /// What a client says at once about a topic: a request, or now and then a transaction of a few.
    func requests(
        about topic: Topic?, by client: Int, atMost room: Int, isDestroyed: Bool = false,
        _ random: inout SeededGenerator
    ) -> [[Template]] {
        if isDestroyed, random.oneIn(Self.destroyingOneIn),
            let template = random.pick(destruction, byWeight: \.weight)
        {
            return [filled(template, [], .short, &random)]
        }
        let single = maybeSilenced(request(about: topic, by: client, &random), of: topic, &random)
        guard let transaction, let topic, topic.object != .marker, topic.object != .own, room > 2,
            random.oneIn(UInt64(max(1, transaction.oneIn))), let end = random.pick(transaction.ends, byWeight: \.weight)
        else { return [single] }
        let more = (0..<random.pick(0...min(2, room - 3))).map { _ in
            request(about: topic, by: client, &random, .short)
        }
        return [filled(transaction.begin, [], .short, &random), single] + more + [filled(end, [], .short, &random)]
    }

    /// Whether the target is to forget all in a scenario, now and then.
    func drawDestruction(_ random: inout SeededGenerator) -> Bool {
        !destruction.isEmpty && random.oneIn(Self.destroyedOneIn)
    }

    /// One scenario in so many, and of its requests one in so many.
    private static let destroyedOneIn: UInt64 = 8
    private static let destroyingOneIn: UInt64 = 6

    /// Now and then no reply is asked for, where the protocol can say that of what changes something. What is hard to judge is
    /// harder without one.
    private func maybeSilenced(_ request: [Template], of topic: Topic?, _ random: inout SeededGenerator) -> [Template] {
        guard let silence = vocabulary.silence, let topic, topic.object != .marker, topic.object != .own else {
            return request
        }
        let template = topic.requests.first { $0.command.map { Template(text: $0) == request.first } ?? false }
        guard let template, template.effect != .read,
            random.oneIn(UInt64(silence.oneIn * (template.isHard ? Self.hardSilenceRarer : 1)))
        else { return request }
        return request + [Template(text: silence.word)]
    }

    private static let hardSilenceRarer = 4

    /// Whether a request that was drawn is answered.
    func isAnswered(_ request: [Template]) -> Bool {
        vocabulary.silence.map { request.last != Template(text: $0.word) } ?? true
    }

    /// A request whose reply names it.
    func markerRequest(_ random: inout SeededGenerator) -> [Template]? {
        marker.map { filled($0.pick(&random), [], .short, &random) }
    }

    /// A marker as long as that.
    func marker(bytes: Int, _ random: inout SeededGenerator) -> [Template]? {
        marker.map { filled($0.pick(&random), [], .bytes(bytes), &random) }
    }

    /// A request to one of two objects. All clients meet on the first, in what is easy to judge; if they are too many, what is
    /// hard meets on seconds, one for each group.
    private func sharing(
        _ topic: Topic, by client: Int, _ length: ValueLength, _ random: inout SeededGenerator
    ) -> [Template] {
        let easy = topic.requests.reduce(0) { $0 + ($1.isHard ? 0 : $1.weight) }
        let isSecond = easy == 0 || random.oneIn(UInt64(topic.object.secondOneIn))
        let names = topic.object.names
        let object = isSecond ? shared(topic, names[1], by: client) : topic.name(names[0])
        let factor = areTogether ? 1 : isSecond ? topic.object.secondOneIn : 0
        let hard = factor * topic.requests.reduce(0) { $0 + ($1.isHard ? $1.weight : 0) }
        let others = spacing(ofHard: hard, among: easy)
        let template = random.pick(topic.requests) { $0.weight * ($0.isHard ? factor : others) } ?? topic.requests[0]
        return filled(template, [object], drawn(length, of: topic, &random), &random)
    }

    /// An object: one for each group of clients, where hard operations are done to it.
    private func shared(_ topic: Topic, _ name: String, by client: Int) -> Template {
        let group = client / hardGroup
        return topic.name(group == 0 ? name : "\(name)\(group)")
    }

    /// A request of one effect to one object of that name; nil without any.
    ///
    /// - Parameter mostUsual: not drawn.
    func request(
        _ effect: RequestTemplate.Effect, _ topic: Topic, named name: String, _ length: ValueLength,
        mostUsual: Bool = false, _ random: inout SeededGenerator
    ) -> [Template]? {
        let possible = topic.requests.filter { $0.effect == effect }
        let template =
            mostUsual ? possible.max { $0.weight < $1.weight } : random.pick(possible, byWeight: \.weight)
        return template.map { filled($0, [topic.name(name)], length, &random) }
    }

    /// Where nothing that is known can be said. Without a last resort what the target refuses is said again.
    private func lastResort(_ random: inout SeededGenerator) -> [Template] {
        let possible = vocabulary.lastResort.filter { $0.saysSomething(about: nil) }
        guard let last = possible.last else {
            let topic = vocabulary.topics.lazy.map(\.sayable).first { !$0.requests.isEmpty }
            return topic.map { filled($0.pick(&random), [$0.name("a")], .short, &random) } ?? []
        }
        let known = possible.dropLast().filter { request in
            !(request.command.map(options.excludedCommands.contains) ?? false)
        }
        return filled(random.pick(known, byWeight: \.weight) ?? last, [], .short, &random)
    }

    // MARK: Places

    /// The longest value of most scenarios. Bytes.
    private var longest: Int { options.datagrams ? 2000 : 10_000 }

    /// A request to channels.
    func request(
        _ template: RequestTemplate, to channels: [Template], _ random: inout SeededGenerator,
        _ length: ValueLength = .short
    ) -> [Template] {
        filled(template, channels, length, &random)
    }

    private func drawn(_ length: ValueLength, of topic: Topic, _ random: inout SeededGenerator) -> ValueLength {
        guard case .drawn = length else { return length }
        guard topic.object == .marker else { return random.oneIn(12) ? .bytes(random.pick(100...longest)) : .short }
        if options.datagrams { return random.oneIn(8) ? .bytes(random.pick(100...longest)) : .short }
        return switch random.pick(0...15) {
        case 0: .bytes(random.pick(1000...2000))
        case 1: .bytes(random.pick(4000...20_000))
        default: .short
        }
    }

    private func filled(
        _ request: RequestTemplate, _ objects: [Template], _ length: ValueLength, _ random: inout SeededGenerator
    ) -> [Template] {
        request.words.flatMap { filled($0, objects, length, &random) }
    }

    private func filled(
        _ word: RequestTemplate.Word, _ objects: [Template], _ length: ValueLength, _ random: inout SeededGenerator
    ) -> [Template] {
        switch word {
        case .text(let text): return [Template(text: text)]
        case .object: return objects.first.map { [$0] } ?? []
        case .value:
            if case .bytes(let count) = length {
                return [Template([.token(length: min(count, options.longestValue ?? count))])]
            }
            return [Template([.token(length: nil)])]
        case .token: return [Template([.token(length: nil)])]
        case .told: return [Template([.told])]
        case .number(let range): return [Template(text: String(random.pick(range)))]
        case .joined(let words):
            let parts = words.flatMap { filled($0, objects, length, &random) }
            return [Template(joining: parts)]
        case .each(let count, let words):
            var templates: [Template] = []
            for object in objects.prefix(max(0, random.pick(count))) {
                for word in words { templates += filled(word, [object], length, &random) }
            }
            return templates
        }
    }
}

extension Topic {
    func has(_ effect: RequestTemplate.Effect) -> Bool { requests.contains { $0.effect == effect } }

    /// Whether something can be told by what is left of it.
    fileprivate var isUsable: Bool {
        switch object {
        case .marker: !requests.isEmpty
        case .own: has(.write) && has(.read)
        default: has(.change) || (has(.write) && has(.read))
        }
    }

    fileprivate func pick(_ random: inout SeededGenerator) -> RequestTemplate {
        random.pick(requests, byWeight: \.weight) ?? requests[0]
    }

    /// The word for an object.
    func name(_ name: String) -> Template {
        // Names of keys are letters and digits; any other prefix stands before the key.
        guard prefix.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }) else {
            return Template([.bytes(Array(prefix.utf8)), lasts ? .lasting(name) : .key(name)])
        }
        return Template([lasts ? .lasting(prefix + name) : .key(prefix + name)])
    }
}

extension Topic.Object {
    /// What objects are called: no two kinds share a name.
    fileprivate var names: [String] {
        switch self {
        case .marker, .own: []
        case .register: ["a", "b"]
        case .counter: ["m", "n"]
        case .set: ["s", "t"]
        case .queue: ["q", "r"]
        case .lock: ["l", "k"]
        case .several: ["x", "y", "z"]
        }
    }

    /// Names of some objects of the kind, also where clients have their own; none where it has no objects.
    fileprivate var someNames: [String] { self == .own ? ["o"] : names }

    /// One request in so many goes to the second object.
    fileprivate var secondOneIn: Int { self == .counter ? 4 : 3 }
}
