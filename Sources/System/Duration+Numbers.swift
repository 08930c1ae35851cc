extension Duration {
    /// All of it in nanoseconds; as many as 64 bits hold where it is longer, some 292 years.
    package var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, over) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return over || carry ? (seconds < 0 ? .min : .max) : sum
    }

    /// All of it in seconds.
    package var seconds: Double { self / .seconds(1) }

    /// All of it in milliseconds, rounded down.
    package var milliseconds: Int { Int(nanoseconds / 1_000_000) }

    /// The monotonic clock's time that lies so far ahead, or the last that there is. Nanoseconds.
    package var fromNow: Int64 {
        let (time, over) = Clock.monotonic.addingReportingOverflow(nanoseconds)
        return over ? .max : time
    }
}
