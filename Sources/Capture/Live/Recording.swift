import Glibc
import System

/// One run of a recorder: the loop over its captures, the files, and the proof at the end.
struct Recording: ~Copyable {
    /// The time that the end mark has to come through, besides what the kernel may hold back.
    static let endMarkPatience: Duration = .milliseconds(500)

    private let recorder: CaptureRecorder
    private var files: RecordingFiles
    private var sinks: [PacketSink]
    private let clock = ContinuousClock()
    private let started: ContinuousClock.Instant
    /// Packets taken from each capture and seen as end marks or written.
    private var accounted: [Int]
    private var endMarkSeen: [Bool]
    private var isFull = false

    init(_ recorder: CaptureRecorder) throws(CaptureError) {
        for capture in recorder.captures {
            guard capture.setNonblocking() else { throw .system(call: "pcap_setnonblock", reason: "it was refused") }
        }
        files = try RecordingFiles(recorder)
        self.recorder = recorder
        started = clock.now
        sinks = recorder.captures.map { $0.makeSink() }
        accounted = recorder.captures.map { _ in 0 }
        endMarkSeen = recorder.captures.map { _ in false }
    }

    /// Where the packets are until the first file is whole.
    var partialPath: String { files.partialPath }

    /// Records until a limit is reached or `wake` is readable.
    mutating func untilStopped(_ wake: Int32) throws(CaptureError) {
        while !isFull {
            var waits = recorder.captures.map { pollfd(fd: $0.selectableDescriptor, events: Int16(POLLIN), revents: 0) }
            waits.append(pollfd(fd: wake, events: Int16(POLLIN), revents: 0))
            let timeout = try timeLeft()
            if timeout == 0 { return }
            let ready = poll(&waits, nfds_t(waits.count), timeout)
            guard ready >= 0 || errno == EINTR else { throw .system(call: "poll", reason: errorText(errno)) }
            try takeAll()
            if ready > 0, waits[waits.count - 1].revents != 0 { return }
        }
    }

    /// Milliseconds until the next thing to do by the clock: -1 for none, 0 when the time is over.
    private mutating func timeLeft() throws(CaptureError) -> Int32 {
        var left = try files.rotateIfDue(recorder.captures.map { $0.statistics() })
        if let rest = try files.flushIfDue() { left = min(left ?? rest, rest) }
        if let maximum = recorder.options.maximumDuration {
            let rest = maximum - (clock.now - started)
            if rest <= .zero { return 0 }
            left = min(left ?? rest, rest)
        }
        guard let left else { return -1 }
        return Int32(clamping: max(1, Int((left / .milliseconds(1)).rounded(.up))))
    }

    private mutating func takeAll() throws(CaptureError) {
        for index in recorder.captures.indices {
            var batches: [PacketBatch] = []
            try recorder.captures[index].takeReady(&sinks[index]) { batches.append($0) }
            for batch in batches { try write(batch, index) }
        }
    }

    private mutating func write(_ batch: PacketBatch, _ interface: Int) throws(CaptureError) {
        for record in batch.records {
            accounted[interface] += 1
            if recorder.endMark.mark(of: record, in: batch) != nil {
                endMarkSeen[interface] = true
                continue
            }
            guard !isFull else { continue }
            var numbered = record
            numbered.interface = interface
            try files.write(numbered, batch)
            if let maximum = recorder.options.maximumPackets, files.packets >= maximum { isFull = true }
            if let maximum = recorder.options.maximumBytes, files.totalBytes >= maximum { isFull = true }
        }
    }

    /// Takes what is still on its way, closes the file, and says what cannot be proved. Where the files can be written no
    /// more, what they hold stays.
    consuming func conclude() throws(CaptureError) -> CaptureRecorder.Outcome {
        do {
            return try finished()
        } catch {
            guard case .unwritable = error else { throw error }
            return salvaged(after: error)
        }
    }

    /// Closes the file with what could be written of it.
    consuming func salvaged(after failure: CaptureError) -> CaptureRecorder.Outcome {
        files.salvage()
        return CaptureRecorder.Outcome(
            packets: files.packets, files: files.paths, statistics: recorder.captures.map { $0.statistics() },
            gaps: ["\(failure)"], failure: failure)
    }

    private mutating func finished() throws(CaptureError) -> CaptureRecorder.Outcome {
        let expected = recorder.captures.map { CaptureRecorder.seesLoopback($0.options) }
        if expected.contains(true) { recorder.endMark.send(1) }
        let holdBack = recorder.captures.map(\.longestHoldBack).max() ?? .zero
        let least = clock.now + holdBack
        let most = least + Self.endMarkPatience
        while clock.now < most {
            try takeAll()
            let isMissing = zip(expected, endMarkSeen).contains { $0 && !$1 }
            if !isMissing, !expected.contains(false) || clock.now >= least { break }
            var waits = recorder.captures.map { pollfd(fd: $0.selectableDescriptor, events: Int16(POLLIN), revents: 0) }
            poll(&waits, nfds_t(waits.count), 1)
        }
        let statistics = recorder.captures.map { $0.statistics() }
        try files.finish(statistics)
        return CaptureRecorder.Outcome(
            packets: files.packets, files: files.paths, statistics: statistics, gaps: gaps(statistics, expected))
    }

    private func gaps(_ statistics: [CaptureStatistics], _ expected: [Bool]) -> [String] {
        var gaps: [String] = []
        for (index, counts) in statistics.enumerated() {
            let name = recorder.captures[index].options.interface
            if counts.dropped > 0 { gaps.append("\(name): \(counts.dropped) packets were dropped, the ring was full") }
            if counts.interfaceDropped > 0 {
                gaps.append("\(name): the interface dropped \(counts.interfaceDropped) packets")
            }
            if expected[index], !endMarkSeen[index] { gaps.append("\(name): the last end mark did not come through") }
        }
        return gaps
    }
}

/// The files of a recording: one, or a ring of them.
struct RecordingFiles: ~Copyable {
    private let options: CaptureRecorder.Options
    private let interfaces: [InterfaceInfo]
    private let clock = ContinuousClock()
    private var writer: PcapngWriter
    private var current: String
    private var opened: ContinuousClock.Instant
    private var flushed: ContinuousClock.Instant
    private var hasFile = true
    private var number = 1
    private var closedBytes = 0
    private var closedPackets = 0
    /// The files that are there, oldest first.
    private(set) var paths: [String] = []

    init(_ recorder: CaptureRecorder) throws(CaptureError) {
        options = recorder.options
        interfaces = zip(recorder.options.captures, recorder.captures).map { wanted, capture in
            InterfaceInfo(
                name: wanted.interface, filter: wanted.filter, linkType: capture.linkType, snapLength: wanted.snapLength
            )
        }
        current = Self.path(recorder.options, 1)
        opened = clock.now
        flushed = opened
        writer = try Self.begun(current, options, interfaces)
    }

    /// A file that holds its headers: a full disk is told before anything is recorded.
    private static func begun(
        _ path: String, _ options: CaptureRecorder.Options, _ interfaces: [InterfaceInfo]
    ) throws(CaptureError) -> PcapngWriter {
        var writer = try PcapngWriter(
            path: path, section: options.section, interfaces: interfaces, remains: .partial)
        do {
            try writer.flush()
        } catch {
            unlink(writer.temporaryPath)
            throw error
        }
        return writer
    }

    /// Where the packets are until the file is whole.
    var partialPath: String { writer.temporaryPath }

    /// `a.pcapng`; of a ring, `a-00001.pcapng`.
    private static func path(_ options: CaptureRecorder.Options, _ number: Int) -> String {
        guard options.ring != nil else { return options.path }
        let digits = String(number)
        let suffix = "-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits
        let name = options.path.lastIndex(of: "/").map { options.path.index(after: $0) } ?? options.path.startIndex
        guard let dot = options.path[name...].lastIndex(of: "."), dot > name else { return options.path + suffix }
        return options.path[..<dot] + suffix + options.path[dot...]
    }

    /// Packets written, those of removed files included.
    var packets: Int { closedPackets + (hasFile ? writer.packets : 0) }

    var totalBytes: Int { closedBytes + writer.bytesWritten }

    mutating func write(_ record: PacketRecord, _ batch: PacketBatch) throws(CaptureError) {
        if let limit = options.ring?.fileBytes, writer.bytesWritten >= limit { try rotate([]) }
        try writer.write(record, in: batch)
    }

    /// Begins a new file if the present one is old enough; the time until that, if any.
    mutating func rotateIfDue(_ statistics: [CaptureStatistics]) throws(CaptureError) -> Duration? {
        guard let age = options.ring?.fileDuration else { return nil }
        if clock.now - opened >= age { try rotate(statistics) }
        return age - (clock.now - opened)
    }

    /// Writes what has been buffered for long enough; the time until that, if anything is.
    mutating func flushIfDue() throws(CaptureError) -> Duration? {
        guard writer.hasBuffered else {
            flushed = clock.now
            return nil
        }
        let age = clock.now - flushed
        guard age >= Self.longestBuffered else { return Self.longestBuffered - age }
        try writer.flush()
        flushed = clock.now
        return nil
    }

    /// How long a packet may wait to be written: what a SIGKILL takes with it.
    private static let longestBuffered: Duration = .milliseconds(500)

    private mutating func rotate(_ statistics: [CaptureStatistics]) throws(CaptureError) {
        try finish(statistics)
        number += 1
        current = Self.path(options, number)
        opened = clock.now
        writer = try Self.begun(current, options, interfaces)
        hasFile = true
        flushed = opened
        // The new file counts.
        while let files = options.ring?.files, paths.count >= files { unlink(paths.removeFirst()) }
    }

    mutating func finish(_ statistics: [CaptureStatistics]) throws(CaptureError) {
        try writer.finish(statistics: statistics)
        closedBytes += writer.bytesWritten
        closedPackets += writer.packets
        hasFile = false
        paths.append(current)
    }

    /// Puts the file that could not be written on in its place, with the whole packets that it holds.
    mutating func salvage() {
        guard hasFile else { return }
        paths.append(writer.salvage())
    }
}
