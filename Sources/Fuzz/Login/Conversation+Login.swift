import Verification
import Wire

extension Evidence {
    /// Leaves out what each connection begins with.
    mutating func leaveOut(_ login: [LoginStep]) {
        guard !login.isEmpty else { return }
        for index in conversations.indices { conversations[index].leaveOut(login, codec) }
    }
}

extension Conversation {
    /// Leaves out what it begins with, where all of that was granted: it is nobody's operation. What was refused, or not answered,
    /// is judged like any other request.
    mutating func leaveOut(_ login: [LoginStep], _ codec: any WireCodec) {
        let count = login.reduce(0) { $0 + $1.replies }
        let first = exchanges.prefix(count)
        let isGranted = { (exchange: Exchange) in exchange.reply.map { !codec.spoken.isError($0.bytes) } ?? false }
        guard count > 0, first.count == count, first.flatMap(\.request.bytes) == login.flatMap(\.bytes),
            first.allSatisfy(isGranted)
        else { return }
        exchanges.removeFirst(count)
        for index in silent.indices { silent[index].position -= count }
        related = related.reduce(into: [:]) { shifted, entry in shifted[entry.key - count] = entry.value }
    }
}
