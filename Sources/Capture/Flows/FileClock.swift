/// A place in a file where time runs back.
public struct StepBack: Sendable {
    /// The first packet after it.
    public var packet: Int
    /// Nanoseconds.
    public var by: Int64
    /// Connections begin anew there, with the numbers that they had: another recording was appended.
    public var beginsRecording = false
    fileprivate var stretch: UInt32
}

/// The times of a file's packets, and where they run back.
///
/// They do where the clock was set, where packets were written out of order, and where one recording was appended to
/// another. Of the last, the flows tell: they begin anew with the numbers that they had.
struct FileClock {
    /// The most steps back that are remembered.
    static let maximumSteps = 64

    /// How often time ran back so far.
    private(set) var stretch: UInt32 = 0
    private(set) var steps: [StepBack] = []
    private var latest = Timestamp(nanoseconds: .min)

    @inline(__always)
    mutating func see(_ record: PacketRecord) {
        if record.time >= latest {
            latest = record.time
        } else if latest.nanoseconds - record.time.nanoseconds > Timestamp.tolerance {
            stepBack(record)
        }
    }

    private mutating func stepBack(_ record: PacketRecord) {
        stretch &+= 1
        if steps.count == Self.maximumSteps, let plain = steps.firstIndex(where: { !$0.beginsRecording }) {
            steps.remove(at: plain)
        }
        if steps.count < Self.maximumSteps {
            let by = latest.nanoseconds - record.time.nanoseconds
            steps.append(StepBack(packet: record.number, by: by, stretch: stretch))
        }
        latest = record.time
    }

    /// A connection begins anew: the present stretch is of another recording.
    mutating func split() {
        if let last = steps.indices.last, steps[last].stretch == stretch { steps[last].beginsRecording = true }
    }

    /// The recording to which the flows belong that began in a stretch.
    func recording(ofStretch stretch: UInt32) -> Int {
        steps.count { $0.beginsRecording && $0.stretch <= stretch }
    }
}
