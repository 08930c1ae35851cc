/// The times of a journal's events. Their order is that of their lines; what they are beyond that is for people.
struct JournalClock {
    /// What the events say, as long as all do; at the end when each of them was.
    private var times: [Int64] = []
    private var count = 0
    /// All events so far have a time, and none goes back.
    private var isSound = true
    /// Whether its times are times, and more than the order of the events; known at the end.
    private(set) var isTrusted = false

    /// So far from 0 a time may be, in nanoseconds, that differences and sums of two stay within 64 bits.
    static let limit = Int64(1) << 61

    /// The number of the next event, of which a file says this time.
    mutating func tick(_ time: Int?) -> Int32 {
        count += 1
        if isSound, let time, time.magnitude < Self.limit, Int64(time) >= times.last ?? -Self.limit {
            times.append(Int64(time))
        } else {
            (isSound, times) = (false, [])
        }
        return Int32(truncatingIfNeeded: count - 1)
    }

    /// There are no more events.
    mutating func end() {
        guard isSound, let first = times.first, let last = times.last, last - first > count else {
            times = []
            return
        }
        isTrusted = true
        for index in times.indices.dropFirst() { times[index] = max(times[index], times[index - 1] + 1) }
    }

    /// When an event was, later than the one before; where the times are none, its number.
    func time(of event: Int32) -> Int64 { isTrusted ? times[Int(event)] : Int64(event) }
}
