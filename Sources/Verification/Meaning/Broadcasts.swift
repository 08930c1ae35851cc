/// What clients published to channels, and what was delivered to those who subscribe: of any protocol that has that.
package struct Broadcasts: Sendable {
    /// A way to subscribe to something: those of one name may differ in it, as a channel and a pattern do.
    package struct Topic: Hashable, Sendable {
        package var form: Int
        /// In `names`.
        package var name: Int

        package init(form: Int, name: Int) { (self.form, self.name) = (form, name) }
    }

    /// A message on a channel.
    package struct Content: Hashable, Sendable {
        /// Channels of one name in different spaces are different ones.
        package var space: Int
        /// In `names`.
        package var channel: Int
        /// In `payloads`.
        package var payload: Int

        package init(space: Int, channel: Int, payload: Int) {
            (self.space, self.channel, self.payload) = (space, channel, payload)
        }
    }

    /// A call that published, or may have.
    package struct Publication: Sendable {
        package var call: Call
        package var content: Content
        /// It certainly did, at its place among the requests of its connection.
        package var isCertain: Bool
        /// To how many subscribers the server says that it went; nil where it does not say.
        package var receivers: Int?

        package init(call: Call, content: Content, isCertain: Bool, receivers: Int?) {
            (self.call, self.content, self.isCertain, self.receivers) = (call, content, isCertain, receivers)
        }
    }

    /// A message that a client was sent.
    package struct Delivery: Sendable {
        package var topic: Topic
        package var content: Content
        package var message: Message

        package init(topic: Topic, content: Content, message: Message) {
            (self.topic, self.content, self.message) = (topic, content, message)
        }
    }

    /// The time in which a connection was certainly subscribed: between two messages that say so.
    package struct Subscription: Sendable {
        package var topic: Topic
        package var begin: Message
        /// The message that says that it is over; nil where there is none.
        package var end: Message?
        /// Where what asked for the end begins in the client's stream.
        package var endRequest = 0
    }

    /// One connection's side.
    package struct Listener: Sendable {
        package var conversation: Int
        /// What it asked to subscribe to, confirmed or not, and where in its stream it last did.
        package var asked: [Topic: Int] = [:]
        /// In the order of their beginnings.
        package private(set) var subscriptions: [Topic: [Subscription]] = [:]
        /// In the order of the stream.
        package var deliveries: [Delivery] = []

        package init(conversation: Int) { self.conversation = conversation }

        /// The connection is subscribed from this message on.
        package mutating func begin(_ topic: Topic, _ message: Message) {
            if let last = subscriptions[topic]?.last, last.end == nil { return }
            subscriptions[topic, default: []].append(Subscription(topic: topic, begin: message))
        }

        /// From this message on it is not.
        ///
        /// - Parameter request: where what asked for it begins in the client's stream; 0 where the server did it by itself.
        package mutating func end(_ topic: Topic, _ message: Message, request: Int) {
            guard var all = subscriptions[topic], let last = all.indices.last, all[last].end == nil else { return }
            (all[last].end, all[last].endRequest) = (message, request)
            subscriptions[topic] = all
        }

        /// From this message on it is subscribed to nothing.
        package mutating func endAll(_ message: Message, request: Int) {
            for topic in Array(subscriptions.keys) { end(topic, message, request: request) }
        }
    }

    package var names = ByteInterner()
    package var payloads = ByteInterner()
    package var publications: [Publication] = []
    package var listeners: [Listener] = []
    /// Whether clients may have published what their requests do not show: by a script, or by what cannot be read.
    package var mayHideMessages = false
}
