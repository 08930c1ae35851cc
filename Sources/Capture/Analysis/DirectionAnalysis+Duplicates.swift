/// Packets that are in the capture more than once.
extension DirectionAnalysis {
    /// Nanoseconds below which no sender repeats by itself: the shortest timer is a tail loss probe's, two ticks of a
    /// kernel's clock (Linux, `TCP_TIMEOUT_MIN`).
    static let soonestRepeat: Int64 = 1_000_000
    /// Nanoseconds up to which two places of recording see one packet apart: where nearly every packet has a twin, it is
    /// the same packet.
    static let longestTwin: Int64 = 100_000_000

    /// Whether the packet is one that was there already; it then changes nothing else.
    mutating func takeDuplicate(
        _ event: SegmentEvent, _ other: inout DirectionAnalysis, _ log: inout AnomalyLog
    ) -> Bool {
        guard isOpen else { return false }
        let number = event.entry.identification
        // A number ahead of all others is new.
        if number != 0, identificationsCount, Int16(bitPattern: number &- identification) > 0 { return false }
        guard let twin = history.twin(of: event.entry) else { return false }
        // A sender that gives all packets one number says nothing by it.
        let isNumbered = number != 0 && shortSteps &+ wildSteps > 0
        let isSoon = isTooSoon(event, after: twin, other)
        // What is sent again has the time at which it is sent again.
        let isOlder = (stampStep(event) ?? 0) < 0
        guard isNumbered || isSoon || isOlder || isOfSameTick(event, twin) else {
            if event.taken > 0, event.nanoseconds - twin.time.nanoseconds < Self.longestTwin { twins &+= 1 }
            return false
        }
        duplicates &+= 1
        // Each SYN that arrives is answered, and Linux numbers none of the answers.
        if event.flags.isSuperset(of: [.syn, .ack]), number == 0, other.syns > syns { return false }
        if event.flags.contains(.syn) { syns &+= 1 }
        if event.taken > 0 { duplicatedData &+= 1 }
        let first = Int(twin.number)
        if event.nanoseconds < lastTime.nanoseconds - Timestamp.tolerance {
            report(.captureDuplicate, event, .recordedBefore, .likely, related: first, &log)
        } else if twin.interface != event.entry.interface {
            report(.captureDuplicate, event, .otherInterface, .likely, related: first, &log)
        } else if twin.timeToLive != event.entry.timeToLive {
            report(.captureDuplicate, event, .otherHop, .likely, related: first, &log)
        } else if isNumbered {
            report(.networkDuplicate, event, .identicalHeaders, .likely, related: first, &log)
        } else {
            report(
                .networkDuplicate, event, .identicalWithoutIdentification, isSoon || isOlder ? .likely : .possible,
                related: first, &log)
        }
        return true
    }

    /// Whether nobody can have made the sender repeat its segment, nor a timer of its own.
    private func isTooSoon(
        _ event: SegmentEvent, after twin: SegmentHistory.Entry, _ other: DirectionAnalysis
    ) -> Bool {
        guard abs(event.nanoseconds - twin.time.nanoseconds) < Self.soonestRepeat else { return false }
        if other.lastNumber < twin.number { return true }
        // An acknowledgement alone, and the answer to a SYN, may be said again for each segment that comes.
        return event.taken > 0 && !event.flags.isSuperset(of: [.syn, .ack]) && other.duplicateACKs == 0
            && other.selective == nil
    }

    /// Without identification a repeat in the same tick of the sender's clock looks the same.
    private func isOfSameTick(_ event: SegmentEvent, _ twin: SegmentHistory.Entry) -> Bool {
        event.entry.identification == 0 && event.taken > 0 && !event.flags.isSuperset(of: [.syn, .ack])
            && event.entry.hasTimestamp
            && event.nanoseconds - twin.time.nanoseconds < ConnectionAnalysis.minimumTimeout / 2
    }
}
