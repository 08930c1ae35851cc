import System

/// The mark between two executions: one UDP datagram with the number of the execution that it ends.
///
/// When the capture has seen it, it has seen every packet that the clients sent or received before.
final class ExecutionEndMark {
    private let datagrams: LoopbackDatagrams

    /// Tells the datagrams of this campaign from strays.
    static let magic: [UInt8] = Array("crossfire-end-mark".utf8)

    /// - Throws: EMFILE and its like.
    init() throws(SystemError) {
        datagrams = try LoopbackDatagrams()
    }

    /// Where it comes from and goes to.
    var port: UInt16 { datagrams.port }

    /// Marks the end of an execution.
    func send(execution: Int) {
        datagrams.send(Self.magic + (0..<8).map { UInt8(truncatingIfNeeded: execution >> (8 * $0)) })
    }

    /// The execution that a datagram with this payload ends; nil for anything else.
    static func execution(of payload: ArraySlice<UInt8>) -> Int? {
        guard payload.count == magic.count + 8, payload.starts(with: magic) else { return nil }
        return payload.suffix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
