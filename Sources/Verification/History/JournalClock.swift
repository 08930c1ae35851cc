/// The times of a journal's events. Their order is that of their lines; what they are beyond that is for people.
struct JournalClock {
    private var told: [Int64] = []
    /// All events so far have a time, and none goes back.
    private var isSound = true

    /// So far from 0 a time may be, in nanoseconds, that differences and sums of two stay within 64 bits.
    static let limit = Int64(1) << 61

    /// The number of the next event, of which a file says this time.
    mutating func tick(_ time: Int?) -> Int {
        if let time, time.magnitude < Self.limit, Int64(time) >= told.last ?? -Self.limit {
            told.append(Int64(time))
        } else {
            isSound = false
            told.append(told.last ?? 0)
        }
        return told.count - 1
    }

    /// Whether `times` are times, and more than the order of the events.
    var isTrusted: Bool {
        guard isSound, let first = told.first, let last = told.last else { return false }
        return last - first > told.count
    }

    /// The time of each event, each later than the one before.
    var times: [Int64] {
        guard isTrusted else { return told.indices.map(Int64.init) }
        var times = told
        for index in times.indices.dropFirst() { times[index] = max(times[index], times[index - 1] + 1) }
        return times
    }
}
