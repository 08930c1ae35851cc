import Glibc
package import System

/// Whether a process at rest goes on using a processor: it runs, or wants to, nearly all the time, window after window. Pure: it
/// is told what was measured.
package struct RestLoad {
    /// The length of a window. Milliseconds.
    package static let windowMilliseconds = 200
    /// So many windows in a row: background work ends by then.
    package static let windows = 25
    /// So many are enough where the long look has been taken before.
    package static let windowsAgain = 3
    /// The part of a window that a thread which spins is runnable in at least.
    package static let spinning = 0.8
    /// More than that, of a short time, is worth a longer look.
    package static let noticed = 0.5

    /// Looks window after window, until one is calm.
    ///
    /// - Parameter measure: takes a window; nil where that cannot be known, or nobody wants to know any more.
    /// - Returns: whether all were busy.
    package static func isSpinning(_ windows: Int, measure: () -> Double?) -> Bool {
        for _ in 0..<windows {
            guard let share = measure(), share >= spinning else { return false }
        }
        return true
    }
}

extension Harness {
    /// What the target wants of the processors while `body` runs, from 0; nil where it cannot be seen.
    func load<Value>(_ body: () throws -> Value) rethrows -> (value: Value, load: Double?) {
        guard let pid = target?.process?.pid else { return (try body(), nil) }
        let (begin, before) = (Clock.monotonic, ProcessorTime(of: pid))
        let value = try body()
        guard target?.process?.pid == pid, target?.poll() == nil else { return (value, nil) }
        return (value, ProcessorTime(of: pid).wanted(since: before, in: Clock.monotonic - begin))
    }

    /// Whether the target, with nobody connected, goes on using a processor.
    func spinsAtRest(windows: Int) -> Bool {
        RestLoad.isSpinning(windows) {
            guard !setup.patience.isOver else { return nil }
            return load { Clock.sleep(milliseconds: RestLoad.windowMilliseconds) }.load
        }
    }
}
