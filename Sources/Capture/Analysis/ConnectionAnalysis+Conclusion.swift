/// What only a whole flow, or a whole capture, shows.
extension ConnectionAnalysis {
    /// What is known of the capture at its end.
    struct Capture {
        /// Nearly all packets are in it twice.
        var isDoubled = false
        /// Nearly all checksums are wrong.
        var isStale = false
        /// The latest time.
        var end = Timestamp(nanoseconds: 0)

        /// The share of duplicates in a direction's or capture's packets from which on the capture is to blame, and their
        /// least number.
        static let duplicateShare = 0.33
        static let duplicateMinimum = 4
        /// The share of wrong checksums from which on it is not the network that damages packets.
        static let staleShare = 0.9
        static let staleMinimum = 3
        /// Nanoseconds after the other side's FIN from which on a side is said never to close: what Linux waits for its
        /// FIN (`tcp_fin_timeout`).
        static let longestHalfClose: Int64 = 60_000_000_000

        static func isDoubled(_ duplicates: Int, of packets: Int) -> Bool {
            duplicates >= duplicateMinimum && Double(duplicates) >= Double(packets) * duplicateShare
        }

        static func isStale(_ wrong: Int, of sums: Int) -> Bool {
            wrong > 0 && Double(wrong) >= Double(sums) * staleShare
        }
    }

    /// Whether anything was found, or will be at the end.
    @inline(__always)
    var hasFindings: Bool {
        lower.reported | higher.reported != 0 || !lower.holes.isEmpty || !higher.holes.isEmpty
            || lower.finSeen != higher.finSeen
    }

    /// Packets that look like one before.
    var copies: Int { Int(lower.duplicates &+ lower.twins &+ higher.duplicates &+ higher.twins) }

    /// What was found in one direction, with what only the whole capture shows.
    ///
    /// - Parameters:
    ///   - stream: the direction's bytes.
    ///   - otherFIN: the other direction's FIN.
    ///   - found: the direction's anomalies so far.
    func conclude(
        direction: Int, _ capture: Capture, _ stream: inout ByteStream, otherFIN: PacketReference?,
        _ found: inout [Anomaly]
    ) {
        let own = direction == 0 ? lower : higher
        let other = direction == 0 ? higher : lower
        var counts = own.counts
        concludeDuplicates(own, other, capture, &found, &counts)
        concludeGaps(own, other, &found, &counts)
        concludeHeldBack(&found, counts)
        concludeChecksums(own, other, capture, &stream, &found, &counts)
        for hole in own.holes {
            let isAcknowledged = other.acknowledgedOffset.map { $0 > hole.range.lowerBound } ?? false
            let kind = isAcknowledged ? Anomaly.Kind.missedByCapture : .lossBeforeCapture
            found.append(
                Anomaly(
                    kind: kind, packet: hole.openedBy, isToServer: true,
                    reason: isAcknowledged ? .neverCaptured : .neverArrived,
                    confidence: isAcknowledged ? .likely : .possible, related: 0))
            counts.add(kind)
        }
        for more in [refused(own, other), neverCloses(own, other, capture, otherFIN)] {
            guard let more else { continue }
            found.append(more)
            counts.add(more.kind)
        }
        stream.anomalies = counts
    }

    /// Duplicates that are too many are the capture's.
    private func concludeDuplicates(
        _ own: DirectionAnalysis, _ other: DirectionAnalysis, _ capture: Capture, _ found: inout [Anomaly],
        _ counts: inout AnomalyCounts
    ) {
        guard
            capture.isDoubled && own.duplicates &+ own.twins > 0
                || Capture.isDoubled(Int(own.duplicates &+ own.twins), of: Int(own.packets))
        else { return }
        // A receiver answers what it gets twice.
        let isProven = own.twins == 0 && own.duplicatedData >= 2 && other.packets > 0 && other.answersToRepeats == 0
        for index in found.indices {
            let isRepeat = found[index].kind.isRetransmission && found[index].related > 0
            guard
                found[index].kind == .networkDuplicate
                    || isRepeat && found[index].duration < DirectionAnalysis.longestTwin
            else {
                continue
            }
            counts.moveOne(found[index].kind, to: .captureDuplicate)
            found[index].kind = .captureDuplicate
            found[index].reason = .everyPacketTwice
            found[index].confidence = isProven ? .certain : .likely
        }
        counts.move(.networkDuplicate, to: .captureDuplicate)
    }

    /// Missing identifications say nothing where more of them are missing and nothing else was lost: the counter is shared.
    private func concludeGaps(
        _ own: DirectionAnalysis, _ other: DirectionAnalysis, _ found: inout [Anomaly], _ counts: inout AnomalyCounts
    ) {
        let guesses = found.filter { $0.reason == .identificationGap }
        guard !guesses.isEmpty, own.gapsInOrder > 0 || guesses.count > 1 else { return }
        let lost = own.counts.losses + other.counts.losses
        guard lost == guesses.count else { return }
        for guess in guesses { counts.add(guess.kind, -1) }
        found.removeAll { $0.reason == .identificationGap }
    }

    /// Once or twice a pause may fit by chance.
    private func concludeHeldBack(_ found: inout [Anomaly], _ counts: AnomalyCounts) {
        guard counts[.nagleDelayedACK] > 0 else { return }
        let firm = found.count { $0.kind == .nagleDelayedACK && $0.confidence == .likely }
        guard firm < DelayedACK.convincing else { return }
        for index in found.indices where found[index].kind == .nagleDelayedACK { found[index].confidence = .possible }
    }

    /// Checksums that are nearly all wrong, on packets that the other side took, are the work of who wrote the file; of
    /// others the answer shows whether the packet arrived.
    private func concludeChecksums(
        _ own: DirectionAnalysis, _ other: DirectionAnalysis, _ capture: Capture, _ stream: inout ByteStream,
        _ found: inout [Anomaly], _ counts: inout AnomalyCounts
    ) {
        let wrong = own.counts[.badChecksum]
        guard wrong > 0 else { return }
        let isHeard = other.acknowledgement != nil
        let isStale = Capture.isStale(wrong, of: wrong + stream.rightChecksums + stream.unverifiedChecksums)
        if isStale, isHeard && wrong >= Capture.staleMinimum || capture.isStale {
            counts.add(.badChecksum, -wrong)
            stream.staleChecksums = wrong
            found.removeAll { $0.kind == .badChecksum }
            return
        }
        let repeated = Set(found.filter { $0.kind.isRetransmission }.map(\.related))
        for index in found.indices where found[index].kind == .badChecksum {
            if repeated.contains(found[index].packet.number) {
                found[index].reason = .checksumWrongAndRepeated
                found[index].confidence = .likely
            } else if isHeard, own.holes.isEmpty, other.acknowledgedOffset.map({ $0 >= own.takenEnd }) ?? false {
                found[index].reason = .checksumWrongButAcknowledged
            }
        }
    }

    /// A segment that never arrives at its length, where others do.
    private func refused(_ own: DirectionAnalysis, _ other: DirectionAnalysis) -> Anomaly? {
        guard let stuck = own.stuck.first, stuck.copies >= StuckSegment.convincingCopies, stuck.passed < stuck.length,
            let acknowledged = other.acknowledgedOffset
        else { return nil }
        let reason: Anomaly.Reason
        if acknowledged > stuck.start {
            guard stuck.lastLength < stuck.length else { return nil }
            reason = .smallerCopyArrived
        } else {
            reason = other.lastTime > stuck.first.time ? .largeUnacknowledgedAlive : .largeUnacknowledged
        }
        return Anomaly(
            kind: .largeSegmentsLost, packet: stuck.first, isToServer: true, reason: reason,
            confidence: reason == .largeUnacknowledged ? .possible : .likely, related: 0,
            duration: max(0, own.lastTime.nanoseconds - stuck.first.time.nanoseconds))
    }

    /// A side that took the other's FIN, and says nothing more for long.
    private func neverCloses(
        _ own: DirectionAnalysis, _ other: DirectionAnalysis, _ capture: Capture, _ otherFIN: PacketReference?
    ) -> Anomaly? {
        guard other.finSeen, !own.finSeen, !own.resetSeen, !other.resetSeen, let otherFIN, own.holes.isEmpty,
            own.acknowledgedOffset.map({ $0 >= other.takenEnd }) ?? false
        else { return nil }
        let silence = capture.end.nanoseconds - max(own.lastTakingTime, otherFIN.time).nanoseconds
        guard silence >= Capture.longestHalfClose else { return nil }
        return Anomaly(
            kind: .neverCloses, packet: otherFIN, isToServer: true, reason: .closedByOther, confidence: .likely,
            related: 0, duration: silence)
    }
}

extension AnomalyCounts {
    /// What tells that packets were lost.
    fileprivate var losses: Int {
        Anomaly.Kind.allCases.reduce(0) {
            $0 + ($1.isRetransmission || $1 == .lossBeforeCapture ? self[$1] : 0)
        }
    }
}

extension Flow {
    /// Takes over what the analysis found, from `next` on in a sorted log; `client` is the direction in which the client
    /// sends.
    mutating func take(
        _ analysis: ConnectionAnalysis, _ log: AnomalyLog, _ next: inout Int, client: Int,
        _ capture: ConnectionAnalysis.Capture
    ) {
        var found: [[Anomaly]] = [[], []]
        while next < log.entries.count, log.entries[next].flow == id {
            found[log.entries[next].direction].append(log.entries[next].anomaly)
            next += 1
        }
        let (up, down) = (toServer.fin, toClient.fin)
        analysis.conclude(direction: client, capture, &toServer, otherFIN: down, &found[client])
        analysis.conclude(direction: 1 - client, capture, &toClient, otherFIN: up, &found[1 - client])
        for direction in 0...1 {
            for index in found[direction].indices { found[direction][index].isToServer = direction == client }
        }
        anomalies = (found[0] + found[1]).sorted { $0.packet.number < $1.packet.number }
    }
}
