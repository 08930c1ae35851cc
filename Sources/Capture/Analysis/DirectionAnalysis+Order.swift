/// Was it sent again, was it overtaken, or was something lost before it?
extension DirectionAnalysis {
    /// What the numbers say of a segment that takes room.
    private enum Age {
        case new
        case sentAgain(Anomaly.Reason, Anomaly.Confidence)
        case overtaken(Anomaly.Reason, Anomaly.Confidence)
    }

    /// Classifies a segment with payload, SYN or FIN; false where it was recorded before and changes nothing.
    mutating func compareOrder(
        _ event: SegmentEvent, _ other: inout DirectionAnalysis, _ handshake: ConnectionAnalysis.Handshake,
        _ log: inout AnomalyLog
    ) -> Bool {
        if isLateAnswer(event, other) {
            report(.handshakeRetransmission, event, .answersFirstSYN, .likely, &log)
            return true
        }
        guard isOpen, !isKeepAlive(event, other), !isExpectedAgain(event, other) else { return true }
        if event.start > sentEnd, !event.flags.contains(.syn) { open(sentEnd..<event.start, event.packet) }
        let hole = fill(event.start..<event.end)
        if wasRecordedBefore(event, hole) {
            report(.captureDuplicate, event, .recordedBefore, .likely, &log)
            return false
        }
        if event.start < sentEnd, let hole, event.packet.time < hole.openedAt {
            report(.captureReordered, event, .writtenLate, .likely, related: hole.openedBy.number, &log)
            return true
        }
        switch age(event, hole, &other, handshake.roundTripOrDefault) {
        case .new: noteGap(event)
        case .overtaken(let reason, let confidence):
            report(.reordered, event, reason, confidence, related: hole?.openedBy.number ?? 0, &log)
        case .sentAgain(let reason, let confidence):
            sentAgain(event, hole, reason, confidence, other, &log)
        }
        return true
    }

    /// Whether a segment is sent again because the protocol says so: the SYN of a simultaneous open with its
    /// acknowledgement (RFC 9293, section 3.5), and data of a SYN that the other side did not take (RFC 7413).
    @inline(__always)
    private func isExpectedAgain(_ event: SegmentEvent, _ other: DirectionAnalysis) -> Bool {
        if event.flags.isSuperset(of: [.syn, .ack]), synSeen, other.synSeen {
            let first = history.newest { $0.sequence == event.entry.sequence && $0.flags & TCPFlags.syn.rawValue != 0 }
            return first.map { $0.flags & TCPFlags.ack.rawValue == 0 } ?? false
        }
        return event.start == 0 && !event.flags.contains(.syn) && synPayload > 0 && other.acknowledgedOffset == 0
    }

    /// Whether the stamps say that the segment lies in the file behind others that came later, and was there before.
    @inline(__always)
    private func wasRecordedBefore(_ event: SegmentEvent, _ hole: Hole?) -> Bool {
        hole == nil && event.end <= takenEnd && event.nanoseconds < lastTime.nanoseconds - Timestamp.tolerance
    }

    /// Counts identifications that are missing before a segment in order without any time-out, as others use the counter
    /// too, and those that go back, as there is more than one counter.
    private mutating func noteGap(_ event: SegmentEvent) {
        let number = event.entry.identification
        guard number != 0, identificationsCount else { return }
        let step = Int(Int16(bitPattern: number &- identification))
        if step > 1, step < ConnectionAnalysis.longestStep { gapsInOrder &+= 1 }
        if step < 0, step > -ConnectionAnalysis.longestStep { wildSteps &+= 1 }
    }

    /// Changes nothing: `mutating` spares the copy.
    private mutating func age(
        _ event: SegmentEvent, _ hole: Hole?, _ other: inout DirectionAnalysis, _ roundTrip: Int64
    ) -> Age {
        let isOld = event.start < (event.flags.contains(.syn) ? takenEnd : sentEnd)
        let number = event.entry.identification
        let stampStep = stampStep(event)
        if number != 0, identificationsCount {
            let step = Int(Int16(bitPattern: number &- identification))
            // In order by its numbers, a counter that goes back alone may be another processor's, or a coincidence.
            if step < 0, step > -ConnectionAnalysis.longestStep, (stampStep ?? (isOld ? 0 : 1)) <= 0,
                isOld || shortSteps >= 3
            {
                return .overtaken(.identificationBehind, (stampStep ?? 0) < 0 ? .certain : .likely)
            }
            if step > 0, step < ConnectionAnalysis.longestStep {
                if isOld { return .sentAgain(.identificationAhead, (stampStep ?? 0) > 0 ? .certain : .likely) }
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
    func stampStep(_ event: SegmentEvent) -> Int? {
        guard event.entry.hasTimestamp, let timestampValue else { return nil }
        return Int(Int32(bitPattern: event.entry.timestampValue &- timestampValue))
    }

    /// Whether a segment in order is likely the second copy of one lost on the way here, with nothing sent since: its
    /// identification is not the next one, and the sender acted by itself after a pause as for a timer.
    private func isTailRepeat(_ event: SegmentEvent, _ step: Int, _ other: DirectionAnalysis) -> Bool {
        guard step > 1, step <= ConnectionAnalysis.shortestRun, event.payload > 0 || event.flags.contains(.fin) else {
            return false
        }
        let now = event.packet.time.nanoseconds
        // Each copy is waited for twice as long as the one before (RFC 6298, section 5.5), and each may have had an
        // acknowledgement beside it, lost too.
        let copies = Int64(step / 2)
        guard now - lastTime.nanoseconds >= ConnectionAnalysis.tailPause * (1 << copies - 1) else { return false }
        return now - other.lastTime.nanoseconds >= ConnectionAnalysis.tailPause || isStale(event, other)
    }

    /// Whether the echoed time stamp tells that the segment is no answer to what the other side sent last.
    private func isStale(_ event: SegmentEvent, _ other: DirectionAnalysis) -> Bool {
        guard let newest = other.timestampValue, let echo = event.echo else { return false }
        return Int32(bitPattern: echo &- newest) < 0
    }

    /// Whether a SYN's first answer comes so long after the SYN that it must be a repeat of a lost one.
    @inline(__always)
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
        let pause = max(0, event.nanoseconds - (first?.time ?? lastTakingTime).nanoseconds)
        if hole != nil {
            report(.lossBeforeCapture, event, .holeFilledByRetransmission, .likely, related: related, &log)
        }
        let kind: Anomaly.Kind
        var why = reason
        // That it was sent again may be certain; what made the sender do it never is.
        var firmness = min(confidence, .likely)
        if event.flags.contains(.syn) {
            guard other.counts[.oldConnectionAnswered] == 0 else { return }
            (kind, why, firmness) = (.handshakeRetransmission, whyAskedAgain(event, other), confidence)
        } else if let acknowledged = other.acknowledgedOffset, acknowledged >= event.end {
            (kind, why, firmness) = (.spuriousRetransmission, .alreadyAcknowledged, confidence)
        } else {
            kind = repeatKind(event, pause, other)
        }
        report(kind, event, why, firmness, related: related, lasting: pause, &log)
        noteRepeat(event, first)
        waits.addRepeat(nanoseconds: pause)
    }

    private func whyAskedAgain(_ event: SegmentEvent, _ other: DirectionAnalysis) -> Anomaly.Reason {
        if other.resetSeen { return .refusedBefore }
        if event.flags.contains(.ack), other.syns > syns { return .answersSYNTwice }
        return other.synSeen ? .handshakeUnfinished : .noAnswer
    }

    private func repeatKind(_ event: SegmentEvent, _ pause: Int64, _ other: DirectionAnalysis) -> Anomaly.Kind {
        let isBeyond = other.selective.map { Int32(bitPattern: $0 &- event.entry.sequence) > 0 } ?? false
        let asked = other.duplicateACKs >= 3 || isBeyond
        if asked, pause < ConnectionAnalysis.minimumTimeout { return .fastRetransmission }
        if pause >= ConnectionAnalysis.minimumTimeout { return .timeoutRetransmission }
        return event.end >= takenEnd ? .tailLossProbe : asked ? .fastRetransmission : .retransmission
    }
}
