import Glibc
import Synchronization
import System

/// Records interfaces to pcapng files until a limit or `stop`, and proves that nothing is missing.
///
/// All interfaces share one file, each packet keeping its own. At the end an end mark goes through loopback captures:
/// when it arrives, everything before it is in the file.
public final class CaptureRecorder: Sendable {
    /// What to record, where to, and for how long.
    public struct Options: Sendable {
        /// The captures, one an interface.
        public var captures: [LiveCapture.Options]
        /// The file; with `ring`, a number is put before its extension.
        public var path: String
        /// What the files say of themselves.
        public var section: SectionInfo
        /// Packets after which to stop.
        public var maximumPackets: Int?
        /// Bytes of files after which to stop.
        public var maximumBytes: Int?
        /// Time after which to stop.
        public var maximumDuration: Duration?
        /// Whether to begin new files, and how many to keep.
        public var ring: Ring?

        /// Creates options.
        public init(
            captures: [LiveCapture.Options], path: String, section: SectionInfo = SectionInfo(),
            maximumPackets: Int? = nil, maximumBytes: Int? = nil, maximumDuration: Duration? = nil, ring: Ring? = nil
        ) {
            self.captures = captures
            self.path = path
            self.section = section
            self.maximumPackets = maximumPackets
            self.maximumBytes = maximumBytes
            self.maximumDuration = maximumDuration
            self.ring = ring
        }
    }

    /// When a new file is begun, and how many stay.
    public struct Ring: Sendable {
        /// Bytes after which a new file is begun.
        public var fileBytes: Int?
        /// Time after which a new file is begun.
        public var fileDuration: Duration?
        /// Files kept; older ones are removed.
        public var files: Int

        /// Creates a ring.
        public init(fileBytes: Int? = nil, fileDuration: Duration? = nil, files: Int) {
            self.fileBytes = fileBytes
            self.fileDuration = fileDuration
            self.files = max(1, files)
        }
    }

    /// What was recorded, and whether it is all.
    public struct Outcome: Sendable {
        /// Packets written, those of removed files included.
        public var packets: Int
        /// The files that are there, oldest first.
        public var files: [String]
        /// The counts of each interface.
        public var statistics: [CaptureStatistics]
        /// What keeps the recording from being provably complete, one sentence each.
        public var gaps: [String]
        /// Why the files could be written no more; they hold what was recorded before.
        public var failure: CaptureError?

        /// Nothing was dropped, everything received was written, and the end mark came through.
        public var isComplete: Bool { gaps.isEmpty }
    }

    let options: Options
    let captures: [LiveCapture]
    let endMark: RecordingEndMark
    private let wakeRead: Int32
    private let wakeWrite: Int32

    /// Opens the captures: when this returns, packets are already caught.
    ///
    /// - Throws: what `LiveCapture.init` throws.
    public init(_ options: Options) throws(CaptureError) {
        self.options = options
        let endMark = try RecordingEndMark()
        self.endMark = endMark
        var captures: [LiveCapture] = []
        for wanted in options.captures {
            var widened = wanted
            if Self.seesLoopback(wanted) { widened.filter = endMark.widening(wanted.filter) }
            captures.append(try LiveCapture(widened))
        }
        self.captures = captures
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .system(call: "pipe", reason: errorText(errno)) }
        (wakeRead, wakeWrite) = (ends[0], ends[1])
    }

    deinit {
        close(wakeRead)
        close(wakeWrite)
    }

    /// Whether an end mark sent over loopback shows in this capture.
    static func seesLoopback(_ options: LiveCapture.Options) -> Bool {
        options.interface == "lo" || options.interface == "any"
    }

    /// Ends `run`, from any thread or from a signal handler. (write(2))
    public func stop() {
        var byte: UInt8 = 1
        _ = write(wakeWrite, &byte, 1)
    }

    /// Records until a limit or `stop`; blocks.
    ///
    /// - Parameter begun: told where the packets are until the file is whole, once it holds its headers.
    /// - Throws: `.unwritable` where a file cannot be begun, `.system`.
    public func run(begun: (_ partialPath: String) throws -> Void = { _ in }) throws -> Outcome {
        var recording = try Recording(self)
        try begun(recording.partialPath)
        do {
            try recording.untilStopped(wakeRead)
        } catch {
            guard case .unwritable = error else { throw error }
            return recording.salvaged(after: error)
        }
        return try recording.conclude()
    }
}
