/// The replies to all requests of one read, in one buffer, with the place where each ends.
package struct ReplyBatch {
    /// The replies one behind the other.
    package var bytes: [UInt8] = []
    /// Where in `bytes` each reply ends.
    package private(set) var ends: [Int] = []

    package init() {}

    /// Marks the end of a reply; a request without a reply leaves no mark.
    package mutating func endReply() {
        if bytes.count > ends.last ?? 0 { ends.append(bytes.count) }
    }

    /// Forgets all replies.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: bytes.count <= Limits.batchBytes)
        ends.removeAll(keepingCapacity: true)
    }

    /// The replies one by one.
    package var replies: [ArraySlice<UInt8>] {
        zip([0] + ends, ends).map { bytes[$0..<$1] }
    }
}
