import Capture

extension WireProtocol {
    /// Whether a whole reply is an error by itself, whatever it answers.
    package func isError(_ reply: [UInt8]) -> Bool {
        let nowhere = PacketReference(number: 0, time: Timestamp(nanoseconds: 0))
        let message = Message(bytes: reply, offset: 0, first: nowhere, last: nowhere)
        let evidence = Evidence(codec: self, conversations: [], incomplete: [], end: nowhere.time)
        return meaning(of: evidence).head(of: message)?.isError ?? false
    }
}
