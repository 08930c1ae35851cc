import Capture

/// Connections that a capture holds twice. No two have the same ends at one time: what overlaps so is one connection, of
/// which packets stand in the file again, as where it was appended to itself.
enum CapturedTwice {
    /// Which flows another one is a longer copy of, by their place.
    ///
    /// - Complexity: O(flows), but for copies.
    static func copies(in flows: [Flow]) -> Set<Int> {
        var known: [Ends: [Int]] = [:]
        var latest: [Ends: Timestamp] = [:]
        var copies: Set<Int> = []
        for (index, flow) in flows.enumerated() {
            let ends = Ends(client: flow.client, server: flow.server, recording: flow.recording)
            defer {
                known[ends, default: []].append(index)
                latest[ends] = max(latest[ends] ?? flow.lastTime, flow.lastTime)
            }
            guard let end = latest[ends], flow.firstTime < end else { continue }
            for other in known[ends] ?? [] where !copies.contains(other) && isOne(flow, flows[other]) {
                copies.insert(length(flows[other]) < length(flow) ? other : index)
            }
        }
        return copies
    }

    private struct Ends: Hashable {
        var client: Endpoint
        var server: Endpoint
        var recording: Int
    }

    private static func isOne(_ left: Flow, _ right: Flow) -> Bool {
        let overlap =
            min(left.lastTime, right.lastTime).nanoseconds - max(left.firstTime, right.firstTime).nanoseconds
        return overlap > inversionNanoseconds
            || (overlap >= 0 && abs(left.firstTime.nanoseconds - right.firstTime.nanoseconds) < inversionNanoseconds)
    }

    private static func length(_ flow: Flow) -> Int { flow.toServer.bytes.count + flow.toClient.bytes.count }

    /// Stamps of packets that follow each other are in the wrong order by less. Nanoseconds.
    private static let inversionNanoseconds: Int64 = 10_000_000
}
