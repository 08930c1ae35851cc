/// Was it sent again, was it overtaken, or was something lost before it?
extension DirectionAnalysis {
    /// What the numbers say of a segment that takes room.
    private enum Age {
        case new
        case sentAgain(Anomaly.Reason, Anomaly.Confidence)
        case overtaken(Anomaly.Reason, Anomaly.Confidence)
    }

    /// Classifies a segment with payload, SYN or FIN.
    mutating func compareOrder(
        _ event: SegmentEvent, _ other: DirectionAnalysis, _ handshake: ConnectionAnalysis.Handshake,
        _ log: inout AnomalyLog
    ) {
        if isLateAnswer(event, other) {
            report(.handshakeRetransmission, event, .answersFirstSYN, .likely, &log)
            return
        }
        guard isOpen, !isKeepAlive(event, other) else { return }
        if event.start > sentEnd, !event.flags.contains(.syn) { open(sentEnd..<event.start, event.packet) }
        let hole = fill(event.start..<event.end)
        switch age(event, hole, other, handshake.roundTripOrDefault) {
        case .new: return
        case .overtaken(let reason, let confidence):
            report(.reordered, event, reason, confidence, related: hole?.openedBy.number ?? 0, &log)
        case .sentAgain(let reason, let confidence):
            sentAgain(event, hole, reason, confidence, other, &log)
        }
    }

    private func age(
        _ event: SegmentEvent, _ hole: Hole?, _ other: DirectionAnalysis, _ roundTrip: Int64
    ) -> Age {
        let isOld = event.start < (event.flags.contains(.syn) ? takenEnd : sentEnd)
        let number = event.entry.identification
        let stampStep = stampStep(event)
        if number != 0, identificationsCount {
            let step = Int(Int16(bitPattern: number &- identification))
            // In order by its numbers and with little known of the counting, it may be a coincidence.
            if step < 0, step > -ConnectionAnalysis.longestStep, (stampStep ?? 0) <= 0, isOld || shortSteps >= 3 {
                return .overtaken(.identificationBehind, .certain)
            }
            if step > 0, step < ConnectionAnalysis.longestStep {
                if isOld { return .sentAgain(.identificationAhead, .certain) }
                return isTailRepeat(event, step, other) ? .sentAgain(.identificationGap, .possible) : .new
            }
        }
        guard isOld else {
            if number == 0, isTimerAtBothEnds(event, other) { return .sentAgain(.staleEcho, .possible) }
            // New to the capture: only a clock that runs back tells that it was overtaken by a bare acknowledgement.
            return (stampStep ?? 0) < 0 && hole != nil ? .overtaken(.timestampBehind, .likely) : .new
        }
        if let stampStep, stampStep != 0 {
            return stampStep < 0 ? .overtaken(.timestampBehind, .certain) : .sentAgain(.timestampAhead, .certain)
        }
        guard let hole else { return .sentAgain(.bytesSeen, .likely) }
        let since = event.packet.time.nanoseconds - hole.openedAt.nanoseconds
        return since < roundTrip || other.duplicateACKs == 0
            ? .overtaken(.holeFilledSoon, .possible) : .sentAgain(.holeFilledLate, .possible)
    }

    /// How far its TCP time stamp is ahead of the newest; nil where there is none to compare.
    private func stampStep(_ event: SegmentEvent) -> Int? {
        guard event.entry.hasTimestamp, let timestampValue else { return nil }
        return Int(Int32(bitPattern: event.entry.timestampValue &- timestampValue))
    }

    /// Whether a segment in order is likely the second copy of one lost on the way here, with nothing sent since: its
    /// identification is not the next one, and the sender acted by itself after a pause as for a timer.
    private func isTailRepeat(_ event: SegmentEvent, _ step: Int, _ other: DirectionAnalysis) -> Bool {
        guard step > 1, shortSteps > 0 || step <= ConnectionAnalysis.shortestRun,
            event.payload > 0 || event.flags.contains(.fin)
        else { return false }
        let now = event.packet.time.nanoseconds
        guard now - lastTime.nanoseconds >= ConnectionAnalysis.tailPause else { return false }
        return now - other.lastTime.nanoseconds >= ConnectionAnalysis.tailPause || isStale(event, other)
    }

    /// Whether the echoed time stamp tells that the segment is no answer to what the other side sent last.
    private func isStale(_ event: SegmentEvent, _ other: DirectionAnalysis) -> Bool {
        guard let newest = other.timestampValue, let echo = event.echo else { return false }
        return Int32(bitPattern: echo &- newest) < 0
    }

    /// Whether a SYN's first answer comes so long after the SYN that it must be a repeat of a lost one.
    private func isLateAnswer(_ event: SegmentEvent, _ other: DirectionAnalysis) -> Bool {
        guard !synSeen, event.flags.isSuperset(of: [.syn, .ack]), let echo = event.echo,
            let asked = other.history.newest(stampedAt: echo)
        else { return false }
        return event.packet.time.nanoseconds - asked.time.nanoseconds >= ConnectionAnalysis.handshakeTimeout
    }

    /// Whether both sides' timers ran out at once, as they do when the packet that carried data and acknowledgement is
    /// lost: the segment is no answer to the peer's repeat, and comes after a pause.
    private func isTimerAtBothEnds(_ event: SegmentEvent, _ other: DirectionAnalysis) -> Bool {
        event.payload > 0 && other.lastWasRepeat && isStale(event, other)
            && event.packet.time.nanoseconds - lastTime.nanoseconds >= ConnectionAnalysis.tailPause
    }

    /// Names the kind of a repeat, and where the first copy was lost.
    private mutating func sentAgain(
        _ event: SegmentEvent, _ hole: Hole?, _ reason: Anomaly.Reason, _ confidence: Anomaly.Confidence,
        _ other: DirectionAnalysis, _ log: inout AnomalyLog
    ) {
        let first = history.copy(of: event.entry)
        let related = first.map { Int($0.number) } ?? hole?.openedBy.number ?? 0
        if hole != nil {
            report(.lossBeforeCapture, event, .holeFilledByRetransmission, .likely, related: related, &log)
        }
        if event.flags.contains(.syn) {
            let unanswered = other.synSeen ? Anomaly.Reason.handshakeUnfinished : .noAnswer
            report(.handshakeRetransmission, event, unanswered, confidence, related: related, &log)
        } else if let acknowledged = other.acknowledgedOffset, acknowledged >= event.end {
            report(.spuriousRetransmission, event, .alreadyAcknowledged, confidence, related: related, &log)
        } else {
            report(repeatKind(event, first, other), event, reason, confidence, related: related, &log)
        }
    }

    private func repeatKind(
        _ event: SegmentEvent, _ first: SegmentHistory.Entry?, _ other: DirectionAnalysis
    ) -> Anomaly.Kind {
        let isBeyond = other.selective.map { Int32(bitPattern: $0 &- event.entry.sequence) > 0 } ?? false
        let asked = other.duplicateACKs >= 3 || isBeyond
        let since = event.packet.time.nanoseconds - (first?.time ?? lastTakingTime).nanoseconds
        if asked, since < ConnectionAnalysis.minimumTimeout { return .fastRetransmission }
        if since >= ConnectionAnalysis.minimumTimeout { return .timeoutRetransmission }
        return event.end >= takenEnd ? .tailLossProbe : asked ? .fastRetransmission : .retransmission
    }
}
