/// A flow of the client's capture and the flow of the server's capture that says the same under other ends.
struct TwoPointTranslation {
    /// Which of the server's flows.
    var far: Int
    /// The lower end of one key is the higher end of the other.
    var isSwapped: Bool
    /// How far the server's sequence numbers are ahead, by direction of the client's key: some firewalls renumber.
    var offsets: [UInt32] = [0, 0]
    /// The way between keeps IP identifications, and TCP time stamps.
    var keepsIdentifications = true
    var keepsStamps = true

    /// The most packets of a flow that are compared to find it, and the most flows that may say the same as it.
    static let maximumCompared = 64
    static let maximumAlike = 8

    /// Packets of both captures as if nothing had been translated; `direction` is that of the client's key.
    func applied(
        near: [TwoPointMatcher.Seen], far: [TwoPointMatcher.Seen], direction: Int
    ) -> (near: [TwoPointMatcher.Seen], far: [TwoPointMatcher.Seen]) {
        (
            near.map(simplified),
            far.map { packet in
                var packet = simplified(packet)
                guard offsets != [0, 0] else { return packet }
                packet.key.sequence &-= offsets[direction]
                if packet.key.flags & TCPFlags.ack.rawValue != 0 {
                    packet.key.acknowledgement &-= offsets[1 - direction]
                }
                return packet
            }
        )
    }

    private func simplified(_ packet: TwoPointMatcher.Seen) -> TwoPointMatcher.Seen {
        var packet = packet
        if !keepsIdentifications { packet.key.identification = 0 }
        if !keepsStamps { packet.key.stamp = 0 }
        return packet
    }

    /// Finds for flows that the client's capture has alone those of the server's capture that say the same: first by
    /// numbers and payload, then by payload alone. By place in `near`.
    ///
    /// Two flows are taken for one only if each is the other's best, and no third is as good.
    static func find(_ near: [TwoPointEnds], _ far: [TwoPointEnds]) -> [Int: TwoPointTranslation] {
        guard !near.isEmpty, !far.isEmpty else { return [:] }
        var found: [Int: TwoPointTranslation] = [:]
        var taken: Set<Int> = []
        for isExact in [true, false] {
            let index = Prints(far, isExact: isExact, except: taken)
            let best = near.indices.map { found[$0] == nil ? index.best(for: near[$0], .client) : nil }
            let back = Prints(near, .client, isExact: isExact, except: Set(found.keys))
            for (place, candidate) in best.enumerated() {
                guard let candidate, back.best(for: far[candidate.flow], .server)?.flow == place,
                    let translation = TwoPointTranslation(near[place], far[candidate.flow], candidate)
                else { continue }
                found[place] = translation
                taken.insert(candidate.flow)
            }
        }
        return found
    }

    /// What was changed besides the ends; nil where the packets do not fit one another, as with a proxy.
    private init?(_ near: TwoPointEnds, _ far: TwoPointEnds, _ candidate: Prints.Candidate) {
        self.far = candidate.flow
        isSwapped = candidate.isSwapped
        var sameIdentification = 0
        var sameStamp = 0
        var pairs = 0
        for direction in 0...1 {
            let farDirection = isSwapped ? 1 - direction : direction
            let matched = Self.alike(near.seen[direction * 2], far.seen[farDirection * 2 + 1])
            guard !matched.isEmpty else { continue }
            if near.transport == .tcp {
                var votes: [UInt32: Int] = [:]
                for (own, other) in matched { votes[other.key.sequence &- own.key.sequence, default: 0] += 1 }
                guard let most = votes.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }),
                    most.value * 2 > matched.count
                else { return nil }
                offsets[direction] = most.key
            }
            pairs += matched.count
            sameIdentification += matched.count { $0.0.key.identification == $0.1.key.identification }
            sameStamp += matched.count { $0.0.key.stamp == $0.1.key.stamp }
        }
        keepsIdentifications = sameIdentification * 2 > pairs
        keepsStamps = sameStamp * 2 > pairs
    }

    /// Packets that say the same, in order; SYNs say the same.
    private static func alike(
        _ near: [TwoPointMatcher.Seen], _ far: [TwoPointMatcher.Seen]
    ) -> [(TwoPointMatcher.Seen, TwoPointMatcher.Seen)] {
        var places: [UInt64: [Int]] = [:]
        for (place, packet) in far.prefix(maximumCompared).enumerated() {
            if let print = print(packet) { places[print, default: []].append(place) }
        }
        var used: [UInt64: Int] = [:]
        return near.prefix(maximumCompared).compactMap { packet in
            guard let print = print(packet), let candidates = places[print] else { return nil }
            let next = used[print, default: 0]
            used[print] = next + 1
            return next < candidates.count ? (packet, far[candidates[next]]) : nil
        }
    }

    private static func print(_ packet: TwoPointMatcher.Seen) -> UInt64? {
        if packet.content != 0 { return packet.content }
        return packet.key.flags & TCPFlags.syn.rawValue != 0 ? UInt64(packet.key.flags) : nil
    }
}

/// What flows say, to find the flow that says the same.
private struct Prints {
    struct Candidate {
        var flow: Int
        var isSwapped: Bool
    }

    private struct Place {
        var flow: Int32
        var direction: Int8
    }

    private var places: [UInt64: [Place]] = [:]
    private let isExact: Bool

    init(
        _ flows: [TwoPointEnds], _ point: TwoPointMatcher.Point = .server, isExact: Bool, except taken: Set<Int>
    ) {
        self.isExact = isExact
        for (number, flow) in flows.enumerated() where !taken.contains(number) {
            for direction in 0...1 {
                for print in Set(prints(flow, direction, point)) {
                    places[print, default: []].append(Place(flow: Int32(number), direction: Int8(direction)))
                }
            }
        }
    }

    private func prints(_ flow: TwoPointEnds, _ direction: Int, _ point: TwoPointMatcher.Point) -> [UInt64] {
        flow.seen[direction * 2 + point.rawValue].prefix(TwoPointTranslation.maximumCompared).compactMap { packet in
            guard isExact else { return packet.content == 0 ? nil : packet.content }
            let key = packet.key
            guard flow.transport == .tcp else {
                return key.identification == 0
                    ? nil : packet.content ^ UInt64(key.identification) &* 0x9E37_79B9_7F4A_7C15
            }
            guard packet.content != 0 || key.flags & TCPFlags.syn.rawValue != 0 else { return nil }
            let numbers = UInt64(key.sequence) << 32 | UInt64(key.acknowledgement)
            return packet.content ^ numbers &* 0xD6E8_FEB8_6659_FD93 &+ UInt64(key.flags)
        }
    }

    /// The flow that shares most of what `flow` says at `point`; nil where two are as good, or none is.
    func best(for flow: TwoPointEnds, _ point: TwoPointMatcher.Point) -> Candidate? {
        var votes: [Int: Int] = [:]
        for direction in 0...1 {
            for print in Set(prints(flow, direction, point)) {
                guard let alike = places[print], alike.count <= TwoPointTranslation.maximumAlike else { continue }
                for place in alike {
                    votes[Int(place.flow) * 2 + (Int(place.direction) == direction ? 0 : 1), default: 0] += 1
                }
            }
        }
        let sorted = votes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        guard let first = sorted.first, sorted.count < 2 || sorted[1].value < first.value else { return nil }
        return Candidate(flow: first.key / 2, isSwapped: first.key % 2 == 1)
    }
}
