/// What may be said in a protocol. The patterns of scenarios draw their requests from it, and know nothing else of the
/// protocol.
public struct Vocabulary: Sendable {
    /// What is sent first on each connection, one request after the other, each once its predecessor is answered.
    public var login: [RequestTemplate]
    /// What requests are about.
    public var topics: [Topic]
    /// What can be asked of a target that knows nothing of the topics: the first that it knows, or the last.
    public var lastResort: [RequestTemplate]

    /// How several requests are done at once; nil where the protocol cannot say that.
    public var transaction: TransactionTemplate?

    /// How clients publish, and subscribe to what others publish; nil where there are no channels.
    public var channels: ChannelTemplates?

    /// The word behind any request that changes something by which no reply is asked for; nil where there is none.
    public var silence: SilenceTemplate?

    /// What forgets all that the target holds, whoever's it is. Drawn only where the user wants that.
    public var destruction: [RequestTemplate]

    /// Creates a vocabulary.
    public init(
        login: [RequestTemplate] = [], topics: [Topic], lastResort: [RequestTemplate] = [],
        transaction: TransactionTemplate? = nil, channels: ChannelTemplates? = nil, silence: SilenceTemplate? = nil,
        destruction: [RequestTemplate] = []
    ) {
        self.channels = channels
        self.silence = silence
        self.destruction = destruction
        self.login = login
        self.topics = topics
        self.lastResort = lastResort
        self.transaction = transaction
    }
}

/// Requests that are done at once, or not at all.
public struct TransactionTemplate: Sendable {
    /// How many times rarer than single requests they are; less than 1 is 1.
    public var oneIn: Int
    /// What begins them.
    public var begin: RequestTemplate
    /// What ends them, by weight.
    public var ends: [RequestTemplate]

    /// Creates a template.
    public init(oneIn: Int, begin: RequestTemplate, ends: [RequestTemplate]) {
        self.oneIn = oneIn
        self.begin = begin
        self.ends = ends
    }
}

/// A word that stands last in a request, and asks for no reply.
public struct SilenceTemplate: Sendable {
    /// How many times rarer than other requests they are.
    public var oneIn: Int
    /// The word.
    public var word: String

    /// Creates a template.
    public init(oneIn: Int, word: String) {
        self.oneIn = oneIn
        self.word = word
    }
}

/// Requests about channels: what is published to one, all who are subscribed to it are sent. The object of a request is a
/// channel.
public struct ChannelTemplates: Sendable {
    /// What some subscribers say first, to be sent messages in another form.
    public var greetings: [RequestTemplate]
    /// By weight; a request may have several channels, or a pattern of their names.
    public var subscribe: [RequestTemplate]
    /// By weight.
    public var publish: [RequestTemplate]
    /// By weight; a request may end all subscriptions.
    public var unsubscribe: [RequestTemplate]
    /// What a subscriber can ask besides: the reply comes behind the messages that were sent to it before.
    public var probe: RequestTemplate

    /// Creates templates.
    public init(
        greetings: [RequestTemplate] = [], subscribe: [RequestTemplate], publish: [RequestTemplate],
        unsubscribe: [RequestTemplate], probe: RequestTemplate
    ) {
        self.greetings = greetings
        self.subscribe = subscribe
        self.publish = publish
        self.unsubscribe = unsubscribe
        self.probe = probe
    }
}

/// Requests that touch objects of one kind.
public struct Topic: Sendable {
    /// The kinds of objects.
    public enum Object: Sendable {
        /// None: the reply repeats the request's value, and so names its request.
        case marker
        /// An object of one client alone: what it reads names its request, as only that client has written it.
        case own
        /// A value that is written and read.
        case register
        /// A number that is counted up.
        case counter
        /// Elements that are inserted, removed, looked for.
        case set
        /// Elements that are put in at one end, and taken out.
        case queue
        /// What one client holds at a time.
        case lock
        /// Several registers that are written at once.
        case several
    }

    /// What the requests touch.
    public var object: Object
    /// How many scenarios are about it, beside those of other topics; 0: none are, but others use its requests too.
    public var weight: Int
    /// Whether the target keeps the objects when an execution is over, as files: executions share a few then, and nobody
    /// leaves while a write of one is under way.
    public var lasts: Bool
    /// What the names of its objects begin with, any bytes: objects of the server that are of different types differ in it.
    public var prefix: String
    /// What may be said, by weight.
    public var requests: [RequestTemplate]

    /// Creates a topic.
    public init(
        _ object: Object, weight: Int, lasts: Bool = false, prefix: String = "", _ requests: [RequestTemplate]
    ) {
        self.object = object
        self.weight = weight
        self.lasts = lasts
        self.prefix = prefix
        self.requests = requests
    }
}

/// A request, with places for what each use says anew.
public struct RequestTemplate: Sendable {
    /// What it does to its object.
    public enum Effect: Sendable {
        /// Nothing; the reply tells the object's value.
        case read
        /// The object has the request's value afterwards.
        case write
        /// The object's value depends on the one before.
        case change
        /// The object is no more.
        case remove
    }

    /// How often it is said, beside others of its topic; never, where that is not more than 0.
    public var weight: Int
    /// What it does.
    public var effect: Effect
    /// Whether many of it on one object make histories hard to judge: they meet among few clients then, and are few.
    public var isHard: Bool
    /// What is said.
    public var words: [Word]

    /// Creates a request template.
    public init(_ weight: Int, _ effect: Effect, _ words: Word..., isHard: Bool = false) {
        self.weight = weight
        self.effect = effect
        self.isHard = isHard
        self.words = words
    }

    /// The name by which a target refuses it: its first word, where that is a text.
    public var command: String? {
        if case .text(let text)? = words.first { text } else { nil }
    }

    /// One word of a request.
    public indirect enum Word: Sendable, ExpressibleByStringLiteral {
        /// Always the same.
        case text(String)
        /// The object's name.
        case object
        /// Bytes that occur nowhere else, as long as the pattern wants them.
        case value
        /// Few bytes that occur nowhere else.
        case token
        /// What the client was told last: the version that a `cas` compares.
        case told
        /// A decimal number.
        case number(ClosedRange<Int>)
        /// Written as one word.
        case joined([Word])
        /// These words for each of so many objects of the topic, as far as it has them.
        case each(ClosedRange<Int>, [Word])

        /// A text.
        public init(stringLiteral text: String) {
            self = .text(text)
        }
    }
}
