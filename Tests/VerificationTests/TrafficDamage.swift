import Capture

/// What happens to captures: packets, directions, beginnings, ends and whole connections are missing, doubled, in another
/// order or cut.
struct TrafficDamage {
    enum Kind: CaseIterable {
        case packets, direction, beginning, end, connection, start, finish, doubles, twice, order, stamps, cut
    }

    /// Nanoseconds.
    private static let inversion: Int64 = 5_000_000

    var seed: Seed

    mutating func apply(_ kind: Kind, to traffic: inout CapturedTraffic) {
        guard !traffic.packets.isEmpty else { return }
        let connection = traffic.packets[seed.below(traffic.packets.count)].connection
        let own = traffic.packets.indices.filter { traffic.packets[$0].connection == connection }
        let count = 1 + seed.below(own.count)
        switch kind {
        case .packets:
            let rate = [200, 30, 4][seed.below(3)]
            traffic.packets = traffic.packets.filter { _ in !seed.oneIn(rate) }
        case .direction:
            let (isFromServer, isAll) = (seed.oneIn(2), seed.oneIn(3))
            traffic.packets.removeAll { $0.isFromServer == isFromServer && (isAll || $0.connection == connection) }
        case .beginning: remove(Array(own.prefix(count)), from: &traffic)
        case .end: remove(Array(own.suffix(count)), from: &traffic)
        case .connection: remove(own, from: &traffic)
        case .start: traffic.packets.removeFirst(seed.below(traffic.packets.count))
        case .finish: traffic.packets.removeLast(seed.below(traffic.packets.count))
        case .doubles: double(&traffic)
        case .twice: traffic.packets += traffic.packets
        case .order: reorder(&traffic, keepsTimes: true)
        case .stamps: reorder(&traffic, keepsTimes: false)
        case .cut:
            let kept = seed.below(80)
            for index in traffic.packets.indices where traffic.packets[index].payload.count > kept {
                traffic.packets[index].kept = kept
            }
        }
    }

    private func remove(_ places: [Int], from traffic: inout CapturedTraffic) {
        for place in places.reversed() { traffic.packets.remove(at: place) }
    }

    private mutating func double(_ traffic: inout CapturedTraffic) {
        var packets: [CapturedTraffic.Packet] = []
        let rate = 1 + seed.below(10)
        for packet in traffic.packets {
            packets.append(packet)
            guard seed.oneIn(rate) else { continue }
            var again = packet
            again.time += Int64(seed.below(2_000))
            packets.append(again)
        }
        traffic.packets = packets
    }

    /// Packets change places with near ones, with their times or without: capturing threads are not further apart.
    private mutating func reorder(_ traffic: inout CapturedTraffic, keepsTimes: Bool) {
        let times = traffic.packets.map(\.time)
        let reach = 1 + seed.below(4)
        for index in traffic.packets.indices where seed.oneIn(6) {
            let other = min(traffic.packets.count - 1, index + reach)
            guard times[other] - times[index] < Self.inversion else { continue }
            traffic.packets.swapAt(index, other)
        }
        guard !keepsTimes else { return }
        for index in traffic.packets.indices { traffic.packets[index].time = times[index] }
    }
}
