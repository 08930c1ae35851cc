/// Was it sent again, was it overtaken, or was something lost before it?
extension FlowAnalysis {
    /// What the numbers say of a segment that takes room.
    private enum Age {
        case new
        case sentAgain(Anomaly.Reason, Anomaly.Confidence)
        case overtaken(Anomaly.Reason, Anomaly.Confidence)
    }

    /// Classifies a segment with payload, SYN or FIN.
    mutating func taking(_ segment: Segment, _ event: Event, _ own: Int, _ other: Int) {
        if isLateAnswer(event, own, other) {
            report(.handshakeRetransmission, event, .answersFirstSYN, .likely)
            return
        }
        guard directions[own].isOpen else { return }
        let isKeepAlive =
            event.payload <= 1 && !event.isControl && event.start == directions[own].sentEnd - 1
            && directions[other].acknowledgedOffset.map { $0 >= event.end } == true
        if isKeepAlive { return }
        if event.start > directions[own].sentEnd, !event.flags.contains(.syn) {
            directions[own].open(directions[own].sentEnd..<event.start, event.packet)
        }
        let hole = directions[own].fill(event.start..<event.end)
        switch age(event, hole, own, other) {
        case .new: return
        case .overtaken(let reason, let confidence):
            report(.reordered, event, reason, confidence, related: hole?.openedBy.number ?? 0)
        case .sentAgain(let reason, let confidence):
            sentAgain(event, hole, reason, confidence, own, other)
        }
    }

    private func age(_ event: Event, _ hole: DirectionAnalysis.Hole?, _ own: Int, _ other: Int) -> Age {
        let state = directions[own]
        let isOld = event.start < (event.flags.contains(.syn) ? state.takenEnd : state.sentEnd)
        let identification = event.entry.identification
        let stamp = event.entry.timestampValue
        let stampStep = state.timestampValue.map { stamp == 0 ? 0 : Int(Int32(bitPattern: stamp &- $0)) }
        if identification != 0, state.identificationsCount {
            let step = Int(Int16(bitPattern: identification &- state.identification))
            if step < 0, step > -Self.longestStep, (stampStep ?? 0) <= 0 {
                // In order by its numbers and with little known of the counting, it may be a coincidence.
                if isOld || state.shortSteps >= 3 { return .overtaken(.identificationBehind, .certain) }
            }
            if step > 0, step < Self.longestStep {
                if isOld { return .sentAgain(.identificationAhead, .certain) }
                return isTailRepeat(event, step, own, other) ? .sentAgain(.identificationGap, .possible) : .new
            }
        }
        if !isOld, identification == 0, isTimerAtBothEnds(event, own, other) {
            return .sentAgain(.staleEcho, .possible)
        }
        guard isOld else {
            // New to the capture: only a clock that runs back tells that it was overtaken by a bare acknowledgement.
            return (stampStep ?? 0) < 0 && hole != nil ? .overtaken(.timestampBehind, .likely) : .new
        }
        if let stampStep, stampStep != 0 {
            return stampStep < 0 ? .overtaken(.timestampBehind, .certain) : .sentAgain(.timestampAhead, .certain)
        }
        guard let hole else { return .sentAgain(.bytesSeen, .likely) }
        let since = event.packet.time.nanoseconds - hole.openedAt.nanoseconds
        return since < roundTrip(event.flow) || directions[other].duplicateACKs == 0
            ? .overtaken(.holeFilledSoon, .possible) : .sentAgain(.holeFilledLate, .possible)
    }

    /// Whether a segment in order is likely the second copy of one lost on the way here, with nothing sent since: its
    /// identification is not the next one, and the sender acted by itself after a pause as for a timer.
    private func isTailRepeat(_ event: Event, _ step: Int, _ own: Int, _ other: Int) -> Bool {
        let state = directions[own]
        let peer = directions[other]
        guard step > 1, state.shortSteps > 0 || step <= Self.shortestRun,
            event.payload > 0 || event.flags.contains(.fin)
        else { return false }
        let now = event.packet.time.nanoseconds
        guard now - state.lastTime.nanoseconds >= Self.tailPause else { return false }
        if now - peer.lastTime.nanoseconds >= Self.tailPause { return true }
        // The echo tells that it is no answer to what the peer sent last.
        guard let newest = peer.timestampValue, let echo = event.echo else { return false }
        return Int32(bitPattern: echo &- newest) < 0
    }

    /// Whether a SYN's first answer comes so long after the SYN that it must be a repeat of a lost one.
    private func isLateAnswer(_ event: Event, _ own: Int, _ other: Int) -> Bool {
        guard !directions[own].synSeen, event.flags.isSuperset(of: [.syn, .ack]), let echo = event.echo,
            let asked = directions[other].history.newest(stampedAt: echo)
        else { return false }
        return event.packet.time.nanoseconds - asked.time.nanoseconds >= Self.handshakeTimeout
    }

    /// Whether both sides' timers ran out at once, as they do when the packet that carried data and acknowledgement is
    /// lost: the segment is no answer to the peer's repeat, and comes after a pause.
    private func isTimerAtBothEnds(_ event: Event, _ own: Int, _ other: Int) -> Bool {
        let state = directions[own]
        let peer = directions[other]
        guard event.payload > 0, peer.lastWasRepeat, let newest = peer.timestampValue, let echo = event.echo else {
            return false
        }
        return event.packet.time.nanoseconds - state.lastTime.nanoseconds >= Self.tailPause
            && Int32(bitPattern: echo &- newest) < 0
    }

    /// Names the kind of a repeat, and where the first copy was lost.
    private mutating func sentAgain(
        _ event: Event, _ hole: DirectionAnalysis.Hole?, _ reason: Anomaly.Reason, _ confidence: Anomaly.Confidence,
        _ own: Int, _ other: Int
    ) {
        let state = directions[own]
        let first = state.history.copy(of: event.entry)
        let related = first.map { Int($0.number) } ?? hole?.openedBy.number ?? 0
        if hole != nil { report(.lossBeforeCapture, event, .holeFilledByRetransmission, .likely, related: related) }
        if event.flags.contains(.syn) {
            let unanswered = directions[other].synSeen ? Anomaly.Reason.handshakeUnfinished : .noAnswer
            report(.handshakeRetransmission, event, unanswered, confidence, related: related)
            return
        }
        if let acknowledged = directions[other].acknowledgedOffset, acknowledged >= event.end {
            report(.spuriousRetransmission, event, .alreadyAcknowledged, confidence, related: related)
            return
        }
        report(repeatKind(event, first, own, other), event, reason, confidence, related: related)
    }

    private func repeatKind(
        _ event: Event, _ first: SegmentHistory.Entry?, _ own: Int, _ other: Int
    ) -> Anomaly.Kind {
        let state = directions[own]
        let peer = directions[other]
        let asked = peer.duplicateACKs >= 3 || peer.selective.map { isAfter($0, event) } == true
        let since = event.packet.time.nanoseconds - (first?.time ?? state.lastTakingTime).nanoseconds
        if asked, since < Self.minimumTimeout { return .fastRetransmission }
        if since >= Self.minimumTimeout { return .timeoutRetransmission }
        return event.end >= state.takenEnd ? .tailLossProbe : asked ? .fastRetransmission : .retransmission
    }

    /// Whether the other side reported bytes beyond the segment's start as received.
    private func isAfter(_ selective: UInt32, _ event: Event) -> Bool {
        Int32(bitPattern: selective &- event.entry.sequence) > 0
    }

    /// Takes a segment into the state.
    mutating func remember(_ segment: Segment, _ event: Event, _ own: Int) {
        var state = DirectionAnalysis()
        swap(&state, &directions[own])
        defer { swap(&state, &directions[own]) }
        let identification = event.entry.identification
        if identification != 0 {
            let step = Int(Int16(bitPattern: identification &- state.identification))
            if state.identification != 0 {
                if step > 0, step < Self.longestStep { state.shortSteps &+= 1 }
                if abs(step) >= Self.longestStep { state.wildSteps &+= 1 }
            }
            if state.identification == 0 || step > 0 || step <= -Self.longestStep {
                state.identification = identification
            }
        }
        if let stamp = segment.timestampValue {
            let isNewer = state.timestampValue.map { Int32(bitPattern: stamp &- $0) > 0 } ?? true
            if isNewer { state.timestampValue = stamp }
        }
        if !event.flags.contains(.rst) {
            state.sentEnd = state.isOpen ? max(state.sentEnd, event.end) : event.end
            if event.taken > 0 { state.takenEnd = max(state.takenEnd, event.end) }
        } else {
            state.resetSeen = true
        }
        if event.taken > 0 { state.lastTakingTime = event.packet.time }
        state.lastTime = event.packet.time
        state.isOpen = true
        if segment.sackBlocks > 0, !segment.reportsDuplicate { state.selective = segment.sackHighest }
        if event.flags.contains(.syn) {
            state.synSeen = true
            state.syns &+= 1
            state.scale = segment.windowScale
        }
        if event.flags.contains(.fin) { state.finSeen = true }
        if segment.flags.contains(.ack) {
            state.acknowledgement = segment.acknowledgement
            state.acknowledgedOffset = event.acknowledged
            state.window = segment.window
        }
        state.lastWasRepeat = state.repeatedPacket == event.entry.number
        state.history.remember(event.entry)
    }
}
