import Capture
import Report

/// Two captures of one exchange, read side by side.
struct TwoCaptures {
    var client: String
    var server: String
    var serverPort: UInt16?
    var decoding = UDPDecoding.usual

    /// Matches them packet by packet.
    func comparison(names: EndpointNames) throws -> TwoPointText {
        var matcher = TwoPointMatcher(serverPort: serverPort, decoding: decoding)
        var doubts: [String] = []
        for (path, point) in [(client, TwoPointMatcher.Point.client), (server, .server)] {
            var reader = try CaptureFileReader(path: path)
            while let batch = try reader.nextBatch() { matcher.add(batch, at: point) }
            doubts += reader.warnings.map { "\(path): \($0)" }
            if let dropped = reader.droppedPackets, dropped > 0 {
                doubts.append("\(path) says that it dropped \(dropped) packets: they may seem lost or made on the way")
            }
        }
        return TwoPointText(matcher.result(), doubts: doubts, names: names)
    }
}
