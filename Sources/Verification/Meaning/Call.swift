/// One exchange, understood.
package struct Call: Sendable {
    package var conversation: Int32
    package var exchange: Int32
    /// The words of all calls of a reading; what comes behind is not taken apart.
    static let maximumWords = Int(UInt32.max)

    // A reading has millions: what is small is stored small.
    private var wordPlace: UInt32 = 0
    private var words: Int32 = 0
    private var place: Int16 = 0
    /// The request could not be taken apart.
    package var isOpaque = false
    /// It asks for no reply: `exchange` counts `Conversation.silent`.
    package internal(set) var isSilent = false
    /// From here on the connection is no longer one reply to one request.
    package var endsPairing = false
    /// The reply's head, if there is a reply and the protocol's replies have one.
    package var head: ReplyHead?

    /// Its words: `Reading.words[firstWord..<firstWord + wordCount]`, ranges of the request's bytes.
    package var firstWord: Int {
        get { Int(wordPlace) }
        set { wordPlace = UInt32(newValue) }
    }

    package var wordCount: Int {
        get { Int(words) }
        set { words = Int32(clamping: newValue) }
    }

    /// What is asked for, by a number of the protocol's own.
    package var command: Int {
        get { Int(place) }
        set { place = Int16(clamping: newValue) }
    }

    init(conversation: Int32, exchange: Int32) {
        self.conversation = conversation
        self.exchange = exchange
    }
}
