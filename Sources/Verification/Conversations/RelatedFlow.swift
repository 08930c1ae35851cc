package import Capture

/// A connection that a reply of another one announced, as FTP's PASV does: its bytes are no messages, and belong to the
/// exchange.
package struct RelatedFlow: Sendable {
    /// Its number in the capture.
    package var flow: Int
    package var toServer: [UInt8]
    package var toClient: [UInt8]
    /// Its last packet.
    package var lastTime: Timestamp
    /// Whether all of it was captured, from its beginning to an end without a reset.
    package var isWhole: Bool

    init(_ flow: Flow) {
        self.flow = flow.id
        toServer = flow.toServer.bytes
        toClient = flow.toClient.bytes
        lastTime = flow.lastTime
        let streams = [flow.toServer, flow.toClient]
        let isCaptured = streams.allSatisfy {
            $0.gaps.isEmpty && $0.unplaced == 0 && $0.reset == nil && CaptureProof.missingTail($0) == 0
        }
        isWhole = isCaptured && flow.handshake == .complete && streams.contains { $0.fin != nil }
    }
}
