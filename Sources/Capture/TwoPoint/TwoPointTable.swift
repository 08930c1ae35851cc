/// The packets of one transport at both points, by flow.
struct TwoPointTable: Sendable {
    let transport: FlowTransport
    private var index = FlowIndex()
    private var ends: [TwoPointEnds] = []

    init(transport: FlowTransport) {
        self.transport = transport
    }

    /// Adds a packet whose offsets count in `bytes`.
    mutating func add(
        _ segment: Segment, _ record: PacketRecord, _ bytes: [UInt8], _ point: TwoPointMatcher.Point
    ) {
        let (key, direction) = FlowKey.of(segment)
        let (slot, known) = index.find(key)
        let flow = known >= 0 ? known : index.append(key, at: slot)
        if known < 0 { ends.append(TwoPointEnds(key: key, transport: transport, firstSender: direction)) }
        if transport == .tcp, segment.flags.contains(.syn), ends[flow].clientDirection == nil {
            ends[flow].clientDirection = segment.flags.contains(.ack) ? 1 - direction : direction
        }
        let isWhole = segment.capturedPayloadLength == segment.payloadLength
        let payload = segment.payloadOffset..<segment.payloadOffset + segment.capturedPayloadLength
        let content = payload.isEmpty || !isWhole ? 0 : contentHash(bytes, payload)
        let packet = PacketReference(number: record.number, time: record.time)
        ends[flow].seen[direction * 2 + point.rawValue].append(
            TwoPointMatcher.Seen(key: packetKey(segment, content), content: content, packet: packet))
    }

    private func packetKey(_ segment: Segment, _ content: UInt64) -> TwoPointMatcher.Key {
        let length = Int32(truncatingIfNeeded: segment.payloadLength)
        let identification = segment.identification ?? 0
        guard transport == .tcp else {
            return TwoPointMatcher.Key(
                sequence: UInt32(truncatingIfNeeded: content), acknowledgement: UInt32(content >> 32), stamp: 0,
                identification: identification, length: length, flags: 0)
        }
        return TwoPointMatcher.Key(
            sequence: segment.sequence, acknowledgement: segment.acknowledgement, stamp: segment.timestampValue ?? 0,
            identification: identification, length: length, flags: segment.flags.rawValue)
    }

    /// Matches the flows.
    consuming func result(_ serverPort: UInt16?) -> TwoPointResult {
        var result = TwoPointResult()
        let near = ends.indices.filter { !ends[$0].isSeen(at: .server) }
        let far = ends.indices.filter { !ends[$0].isSeen(at: .client) }
        let translations = TwoPointTranslation.find(near.map { ends[$0] }, far.map { ends[$0] })
        let nearPlace = Dictionary(uniqueKeysWithValues: near.enumerated().map { ($1, $0) })
        let found = Set(translations.values.map { far[$0.far] })
        for (flow, own) in ends.enumerated() {
            let client = own.client(serverPort)
            if own.isSeen(at: .client), own.isSeen(at: .server) {
                let both = own.flow(client: client)
                if both.hasCommonPackets {
                    result.flows.append(both)
                } else {
                    // The same ends at another time.
                    result.onlyAtClient.append(own.lone(client: client, at: .client))
                    result.onlyAtServer.append(own.lone(client: client, at: .server))
                }
            } else if let place = nearPlace[flow] {
                if let translation = translations[place] {
                    result.flows.append(own.flow(client: client, as: ends[far[translation.far]], translation))
                } else {
                    result.onlyAtClient.append(own.lone(client: client, at: .client))
                }
            } else if !found.contains(flow) {
                result.onlyAtServer.append(own.lone(client: client, at: .server))
            }
        }
        return result
    }
}

/// The packets between two ends at both points.
struct TwoPointEnds: Sendable {
    let key: FlowKey
    let transport: FlowTransport
    let firstSender: Int
    /// The direction in which the client sends; nil while unknown.
    var clientDirection: Int?
    /// At the client's and the server's point, from the key's lower end and from the higher.
    var seen: [[TwoPointMatcher.Seen]] = [[], [], [], []]

    init(key: FlowKey, transport: FlowTransport, firstSender: Int) {
        self.key = key
        self.transport = transport
        self.firstSender = firstSender
    }

    func isSeen(at point: TwoPointMatcher.Point) -> Bool {
        !seen[point.rawValue].isEmpty || !seen[2 + point.rawValue].isEmpty
    }

    /// The direction in which the client sends.
    func client(_ serverPort: UInt16?) -> Int {
        if let clientDirection { return clientDirection }
        let time = Timestamp(nanoseconds: 0)
        return transport == .tcp
            ? FlowState(firstSender: 0, time: time).client(key, serverPort: serverPort)
            : DatagramExchange(firstSender: firstSender, time).client(key, serverPort: serverPort)
    }

    func lone(client: Int, at point: TwoPointMatcher.Point) -> TwoPointLone {
        TwoPointLone(
            transport: transport, client: key.endpoint(client), server: key.endpoint(1 - client),
            packets: seen[point.rawValue].count + seen[2 + point.rawValue].count)
    }

    func flow(client: Int) -> TwoPointFlow {
        TwoPointFlow(
            transport: transport, client: key.endpoint(client), server: key.endpoint(1 - client),
            toServer: TwoPointPath(sent: seen[client * 2], received: seen[client * 2 + 1]),
            toClient: TwoPointPath(sent: seen[(1 - client) * 2 + 1], received: seen[(1 - client) * 2]))
    }

    /// The flow whose packets the server's capture has under other ends.
    func flow(client: Int, as far: TwoPointEnds, _ translation: TwoPointTranslation) -> TwoPointFlow {
        let farClient = translation.isSwapped ? 1 - client : client
        let up = translation.applied(near: seen[client * 2], far: far.seen[farClient * 2 + 1], direction: client)
        let down = translation.applied(
            near: seen[(1 - client) * 2], far: far.seen[(1 - farClient) * 2 + 1], direction: 1 - client)
        var flow = TwoPointFlow(
            transport: transport, client: key.endpoint(client), server: key.endpoint(1 - client),
            toServer: TwoPointPath(sent: up.near, received: up.far),
            toClient: TwoPointPath(sent: down.far, received: down.near))
        flow.atServer = (far.key.endpoint(farClient), far.key.endpoint(1 - farClient))
        return flow
    }
}
