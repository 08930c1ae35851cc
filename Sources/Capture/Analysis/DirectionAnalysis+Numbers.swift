/// Acknowledgements, windows and resets.
extension DirectionAnalysis {
    mutating func compareAcknowledgement(
        _ event: SegmentEvent, _ other: inout DirectionAnalysis, _ log: inout AnomalyLog
    ) {
        guard event.acknowledges, !event.flags.contains(.syn) else { return }
        if event.reportsDuplicate { other.blameRepeat(startingAt: event.sackLeft, event, &log) }
        if other.isOpen, event.acknowledged > other.sentEnd {
            report(.acknowledgedUnseen, event, .dataMayFollow, .likely, &log)
        }
        guard acknowledgement == event.entry.acknowledgement, event.taken == 0, !event.isControl else {
            if acknowledgement != event.entry.acknowledgement { duplicateACKs = 0 }
            return
        }
        let window = event.entry.window
        let isUpdate = window != self.window && event.sackBlocks == 0
        if other.takenEnd > event.acknowledged, !isUpdate, window != 0 {
            duplicateACKs &+= 1
            report(.duplicateACK, event, .sameNumber, .certain, &log)
        }
        // Each segment that is not new to the receiver is answered at once (RFC 9293, section 3.10.7.4).
        if event.reportsDuplicate || other.takenEnd == event.acknowledged && !isUpdate { answersToRepeats &+= 1 }
    }

    /// The other side had a repeated segment already: the repeat was not needed.
    private mutating func blameRepeat(startingAt sequence: UInt32, _ event: SegmentEvent, _ log: inout AnomalyLog) {
        guard let twice = history.newest(startingAt: sequence) else { return }
        let found = log.makeSpurious(packet: Int(twice.number), flow: event.flow, direction: 1 - event.direction)
        if let found { counts.moveOne(found, to: .spuriousRetransmission) }
    }

    mutating func compareWindow(_ event: SegmentEvent, _ other: inout DirectionAnalysis, _ log: inout AnomalyLog) {
        guard !event.isControl else { return }
        waits.seeWindow(isClosed: event.entry.window == 0, at: event.nanoseconds)
        if event.entry.window == 0 { report(.zeroWindow, event, .windowSays, .certain, &log) }
        guard isOpen else { return }
        let closed = other.isOpen && other.window == 0
        if isKeepAlive(event, other) {
            if closed {
                // With nothing to send it may be a keep-alive: both look alike.
                report(.zeroWindowProbe, event, .windowClosed, .likely, &log)
            } else {
                report(.keepAlive, event, .oneBelow, isIdle(event, other) ? .certain : .likely, &log)
            }
        } else if event.payload == 1, event.start == sentEnd, closed {
            report(.zeroWindowProbe, event, .windowClosed, .likely, &log)
        }
        if isWindowFull(event.entry.sequence, event.payload, other) {
            report(.windowFull, event, .windowSays, .certain, &log)
        }
    }

    /// Nothing was said for a while, and the segment is bare and new: neither an acknowledgement that was overtaken by a
    /// byte of data, nor that byte again.
    private func isIdle(_ event: SegmentEvent, _ other: DirectionAnalysis) -> Bool {
        let last = max(lastTime, other.lastTime).nanoseconds
        return event.payload == 0 && event.nanoseconds - last >= ConnectionAnalysis.shortestIdle
            && (stampStep(event) ?? 0) >= 0
    }

    /// A segment one below the next number; with a byte of data, only where that byte had arrived.
    @inline(__always)
    func isKeepAlive(_ event: SegmentEvent, _ other: DirectionAnalysis) -> Bool {
        guard event.payload <= 1, !event.isControl, event.start == sentEnd - 1 else { return false }
        return event.payload == 0 || other.acknowledgedOffset.map { $0 >= event.end } == true
    }

    mutating func compareReset(_ event: SegmentEvent, _ other: inout DirectionAnalysis, _ log: inout AnomalyLog) {
        guard !resetSeen, other.isOpen, !other.resetSeen, let last = acknowledgedOffset else { return }
        // A FIN takes a number, and is no data. What the reset itself acknowledges had arrived: an application that closes
        // without reading resets so (RFC 1122, section 4.2.2.13), and so does one that reads and aborts.
        let dataEnd = other.takenEnd - (other.finSeen ? 1 : 0)
        guard dataEnd > max(last, event.acknowledged) else { return }
        report(.resetWithDataUnread, event, .bytesUnacknowledged, .likely, &log)
    }
}
