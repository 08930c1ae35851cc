/// Duplicates, acknowledgements, windows and resets.
extension DirectionAnalysis {
    /// Whether the packet is one that was there already; it then changes nothing else.
    mutating func takeDuplicate(_ event: SegmentEvent, _ other: DirectionAnalysis, _ log: inout AnomalyLog) -> Bool {
        guard isOpen else { return false }
        let number = event.entry.identification
        // A number ahead of all others is new.
        if number != 0, identificationsCount, Int16(bitPattern: number &- identification) > 0 { return false }
        guard let twin = history.twin(of: event.entry) else { return false }
        if event.flags.contains(.syn) {
            syns &+= 1
            // Each SYN that arrives is answered; Linux numbers none of the answers.
            if event.flags.contains(.ack), other.syns >= syns { return false }
        }
        let pause = event.packet.time.nanoseconds - twin.time.nanoseconds
        if number == 0 {
            // Without identification a repeat in the same tick of the clock looks the same; so does a second
            // acknowledgement of the same segment.
            guard event.taken > 0, event.entry.hasTimestamp, pause < ConnectionAnalysis.minimumTimeout / 2 else {
                return false
            }
        }
        duplicates &+= 1
        let first = Int(twin.number)
        if twin.interface != event.entry.interface {
            report(.captureDuplicate, event, .otherInterface, .certain, related: first, &log)
        } else if twin.timeToLive != event.entry.timeToLive {
            report(.captureDuplicate, event, .otherHop, .certain, related: first, &log)
        } else if number != 0 {
            report(.networkDuplicate, event, .identicalHeaders, .certain, related: first, &log)
        } else {
            report(.networkDuplicate, event, .identicalWithoutIdentification, .likely, related: first, &log)
        }
        return true
    }

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
        if other.takenEnd > event.acknowledged, window == self.window || event.sackBlocks > 0, window != 0 {
            duplicateACKs &+= 1
            report(.duplicateACK, event, .sameNumber, .certain, &log)
        }
    }

    /// The other side had a repeated segment already: the repeat was not needed.
    private mutating func blameRepeat(startingAt sequence: UInt32, _ event: SegmentEvent, _ log: inout AnomalyLog) {
        guard let twice = history.newest(startingAt: sequence) else { return }
        let found = log.makeSpurious(packet: Int(twice.number), flow: event.flow, direction: 1 - event.direction)
        if let found { counts.moveOne(found, to: .spuriousRetransmission) }
    }

    mutating func compareWindow(_ event: SegmentEvent, _ other: DirectionAnalysis, _ log: inout AnomalyLog) {
        guard !event.isControl else { return }
        if event.entry.window == 0 { report(.zeroWindow, event, .windowSays, .certain, &log) }
        guard isOpen else { return }
        let closed = other.isOpen && other.window == 0
        if isKeepAlive(event, other) {
            if closed {
                report(.zeroWindowProbe, event, .windowClosed, .certain, &log)
            } else {
                report(.keepAlive, event, .oneBelow, .certain, &log)
            }
        } else if event.payload == 1, event.start == sentEnd, closed {
            report(.zeroWindowProbe, event, .windowClosed, .likely, &log)
        }
        if isWindowFull(event.entry.sequence, event.payload, other) {
            report(.windowFull, event, .windowSays, .certain, &log)
        }
    }

    /// A segment one below the next number; with a byte of data, only where that byte had arrived.
    func isKeepAlive(_ event: SegmentEvent, _ other: DirectionAnalysis) -> Bool {
        guard event.payload <= 1, !event.isControl, event.start == sentEnd - 1 else { return false }
        return event.payload == 0 || other.acknowledgedOffset.map { $0 >= event.end } == true
    }

    mutating func compareReset(_ event: SegmentEvent, _ other: DirectionAnalysis, _ log: inout AnomalyLog) {
        guard !resetSeen, other.isOpen, !other.resetSeen, let last = acknowledgedOffset else { return }
        // A FIN takes a number, and is no data. What the reset itself acknowledges had arrived: an application that closes
        // without reading resets so (RFC 1122, section 4.2.2.13), and so does one that reads and aborts.
        let dataEnd = other.takenEnd - (other.finSeen ? 1 : 0)
        guard dataEnd > max(last, event.acknowledged) else { return }
        report(.resetWithDataUnread, event, .bytesUnacknowledged, .likely, &log)
    }
}
