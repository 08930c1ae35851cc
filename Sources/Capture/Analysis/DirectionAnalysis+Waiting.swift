/// What people look for in a trace: small data that waits for an acknowledgement, large segments that vanish, clocks that
/// are set.

/// An acknowledgement that its sender held back to send it with data, and did not need to (RFC 9293, section 3.8.6.3).
enum DelayedACK {
    /// Nanoseconds that one is delayed at least and at most: Linux waits 40 ms, others up to the half second that RFC 1122
    /// allows.
    static let shortest: Int64 = 30_000_000
    static let longest: Int64 = 600_000_000
    /// How many times longer than the quickest answer it must take, which the way there and back takes too.
    static let slowness: Int64 = 2
    /// The same, for it to be no matter of the way.
    static let clearSlowness: Int64 = 4
    /// Nanoseconds after it in which what waited for it is sent, where the capture lies close to the sender.
    static let shortestRelease: Int64 = 2_000_000
    /// Of how many in one direction an explanation by chance is a coincidence.
    static let convincing = 3
}

/// A segment that was sent again.
struct StuckSegment {
    /// Payload bytes below which no path refuses a segment: IPv4's smallest MTU that hosts must take, less headers
    /// (RFC 9293, section 3.7.1).
    static let smallestRefused = 536
    /// Repeats from which on it is believed to be refused for its length.
    static let convincingCopies = 3

    var start: Int
    var length: Int
    /// The last copy's length.
    var lastLength: Int
    var copies = 1
    var first: PacketReference
    /// The longest segment before it that was acknowledged.
    var passed: Int
}

extension DirectionAnalysis {
    // MARK: Nagle's algorithm against delayed acknowledgements

    /// Notes an acknowledgement alone, of all that the other side has sent, that came late: what the other side sends
    /// right after it had waited for it.
    @inline(__always)
    func noteDelayedACK(_ event: SegmentEvent, _ other: inout DirectionAnalysis) {
        guard event.taken == 0, event.acknowledges, !event.isControl, event.sackBlocks == 0, isOpen, window != 0,
            event.acknowledged == other.takenEnd, let last = acknowledgedOffset, event.acknowledged > last,
            lastTime <= other.lastTakingTime, !other.finSeen
        else { return }
        let wait = event.nanoseconds - other.lastTakingTime.nanoseconds
        guard wait >= DelayedACK.shortest, wait <= DelayedACK.longest else { return }
        let quickest = history.quickestAnswer(to: other.history)
        guard quickest <= wait / DelayedACK.slowness, wait - quickest >= DelayedACK.shortest else { return }
        other.releasedBy = event.entry.number
        other.releasedAt = event.nanoseconds
        other.releaseWait = wait
        other.releaseIsClear = quickest <= wait / DelayedACK.clearSlowness
        // Where the handshake was not captured the scale is unknown; this is Linux's.
        let shift = scale ?? (synSeen ? 0 : 7)
        other.releaseRoom = last + Int(window) << Int(shift) - other.takenEnd
    }

    /// Names data that was sent as soon as a delayed acknowledgement came, and not before.
    mutating func compareHeldBack(
        _ event: SegmentEvent, _ other: inout DirectionAnalysis, _ roundTrip: Int64, _ log: inout AnomalyLog
    ) {
        guard releasedBy != 0, event.payload > 0 else { return }
        defer { releasedBy = 0 }
        let since = event.nanoseconds - releasedAt
        let isSmall = other.maximumSegment == 0 || event.payload < Int(other.maximumSegment)
        guard isSmall, event.payload <= releaseRoom, event.start == takenEnd, !lastWasRepeat,
            other.lastTakingTime <= lastTakingTime, since >= 0,
            since <= max(DelayedACK.shortestRelease, roundTrip + roundTrip / 2)
        else { return }
        // Who was asked each time is no sender by the clock.
        let isAsked = releaseIsClear && other.lastDataNumber > lastHeld
        lastHeld = event.entry.number
        waits.addHeld(nanoseconds: releaseWait)
        report(
            .nagleDelayedACK, event, .heldBack, isAsked ? .likely : .possible, related: Int(releasedBy),
            lasting: releaseWait, &log)
    }

    // MARK: Large segments

    /// Takes a repeat into account.
    mutating func noteRepeat(_ event: SegmentEvent, _ first: SegmentHistory.Entry?) {
        guard event.payload > 0 else { return }
        if let known = stuck.first, known.start == event.start {
            if event.payload == known.length { stuck[0].copies += 1 }
            stuck[0].lastLength = event.payload
            return
        }
        guard event.payload >= StuckSegment.smallestRefused else { return }
        let earlier = history.oldestFirst.filter {
            Int32(bitPattern: $0.sequence &+ $0.length &- event.entry.sequence) <= 0
        }
        let packet = first.map { PacketReference(number: Int($0.number), time: $0.time) } ?? event.packet
        stuck = [
            StuckSegment(
                start: event.start, length: event.payload, lastLength: event.payload, first: packet,
                passed: Int(earlier.map(\.length).max() ?? 0))
        ]
    }

    // MARK: Clocks

    /// Whether the time since the last packet may be one by which the clock was set.
    @inline(__always)
    func isLeap(_ pause: Int64) -> Bool {
        UInt64(bitPattern: pause &+ Timestamp.tolerance)
            >= UInt64(ConnectionAnalysis.longestSteady + Timestamp.tolerance)
    }

    /// Holds the capture's clock against the sender's TCP time stamps.
    mutating func compareClock(_ event: SegmentEvent, _ log: inout AnomalyLog) {
        let pause = event.nanoseconds - lastTime.nanoseconds
        guard isOpen, isLeap(pause), lastNumber >= log.lastClockStep else { return }
        let ticks = stampStep(event)
        if pause <= -ConnectionAnalysis.shortestClockStep, event.start == sentEnd, event.payload > 0, (ticks ?? 0) >= 0
        {
            log.lastClockStep = event.entry.number
            report(.clockStep, event, .clockBack, ticks == nil ? .possible : .likely, lasting: pause, &log)
        } else if pause > 0, let ticks, ticks >= 0, let rate = stampRate {
            let leap = pause - Int64(ticks) * 1_000_000_000 / rate
            guard leap >= ConnectionAnalysis.longestSteady, leap >= pause / 2 else { return }
            log.lastClockStep = event.entry.number
            report(.clockStep, event, .clockAhead, .likely, lasting: leap, &log)
        }
    }

    /// How often a second the sender's TCP time stamps count, if that is one of the usual rates.
    private var stampRate: Int64? {
        guard let timestampValue else { return nil }
        let span = lastTime.nanoseconds - firstStampTime
        let ticks = Int64(Int32(bitPattern: timestampValue &- firstStamp))
        guard span >= 500_000_000, ticks > 0 else { return nil }
        return [1000, 500, 300, 250, 100, 10, 2].first {
            abs(ticks * 1_000_000_000 / $0 - span) <= max(span / 20, 1_000_000_000 / $0)
        }
    }
}

extension SegmentHistory {
    /// The shortest time from a segment of the other side to the next one of this, among the last ones.
    fileprivate func quickestAnswer(to other: SegmentHistory) -> Int64 {
        let asked = other.oldestFirst.filter { $0.length > 0 || $0.flags & TCPFlags.syn.rawValue != 0 }
        var quickest = Int64.max
        var next = 0
        for answer in oldestFirst {
            while next < asked.count, asked[next].number < answer.number { next += 1 }
            guard next > 0 else { continue }
            let delay = answer.time.nanoseconds - asked[next - 1].time.nanoseconds
            if delay >= 0 { quickest = min(quickest, delay) }
        }
        return quickest
    }
}
