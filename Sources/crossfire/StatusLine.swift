import Capture
import Foundation

/// The line that is rewritten in place on a terminal; elsewhere one line every few seconds.
final class StatusLine {
    private let isTerminal = isatty(2) == 1
    private var shown = false
    private var nextPlain = Date()

    /// The time between two lines where standard error is no terminal. Seconds.
    private static let plainInterval = 5.0

    func update(_ text: String) {
        if isTerminal {
            Console.write(text, after: Self.erasing)
            shown = true
        } else if Date() >= nextPlain {
            nextPlain = Date().addingTimeInterval(Self.plainInterval)
            Console.note(text)
        }
    }

    func print(_ text: String) {
        end(erasing: true)
        Console.note(text)
    }

    func end(erasing: Bool = false) {
        guard shown else { return }
        Console.write(erasing ? "" : "\n", after: erasing ? Self.erasing : "")
        shown = false
    }

    /// To the line's beginning, and all of it away.
    private static let erasing = "\r\u{1B}[K"
}

/// Tells a terminal how far the reading of a file is, once it takes a while.
private struct ReadingProgress {
    private let path: String
    private let line = StatusLine()
    private let isTerminal = isatty(2) == 1
    private let started = Date()

    /// Seconds after which it is told.
    private static let delay = 1.0

    init(_ path: String) {
        self.path = path
    }

    func read(_ packets: Int) {
        guard isTerminal, Date().timeIntervalSince(started) > Self.delay else { return }
        line.update("\(path): \(packets) packets")
    }

    func end() {
        line.end(erasing: true)
    }
}

extension CaptureReading {
    /// Reads a file while a terminal is told how far that is.
    static func shown(_ path: String, _ wants: Wants) throws -> CaptureReading {
        let progress = ReadingProgress(path)
        defer { progress.end() }
        return try CaptureReading(path: path, wants, progress: progress.read)
    }
}
