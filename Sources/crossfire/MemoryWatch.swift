import CLinux
import Foundation
import Report
import Synchronization
import Verification

/// Keeps `check` within its memory: searches give up first, and where even that does not help, the verdict is that.
///
/// A thread looks at what the process has; so it is bounded whatever takes the memory, and pages of the program and its
/// libraries do not count.
final class MemoryWatch: Sendable {
    /// What a check takes where nobody set a limit.
    private static let usualBytes = 200 << 20
    private static let bytesPerOperation = 160
    /// What searches may have besides what there is already, at least, where nobody set a limit.
    private static let leastForSearches = 64 << 20
    /// Of the limit, what is left for those that have not yet seen that memory is short.
    private static let reserveDivisor = 8
    private static let microsecondsBetweenLooks: UInt32 = 2_000

    private let limit: Int
    private let isGiven: Bool
    private let pressure: MemoryPressure
    /// Where searches give up.
    private let searchLimit: Atomic<Int>
    private let stage = Atomic(Stage.judging)

    /// Larger blocks go back to the kernel when they are let go of. Bytes.
    private static let largeBlock: Int32 = 1 << 20

    /// How far the command is.
    private enum Stage: UInt8, AtomicRepresentable {
        /// There is no verdict yet.
        case judging
        /// The verdict is said, and a page or a file is being made.
        case writing
        case over
    }

    /// Without a limit, half of the machine's memory, and much less for searches.
    init(limit: ByteCount?) {
        isGiven = limit != nil
        self.limit = limit?.bytes ?? Self.machineBytes / 2
        searchLimit = Atomic(self.limit - self.limit / Self.reserveDivisor)
        pressure = MemoryPressure(
            reason: limit.map { "--max-memory \($0.words) does not suffice" }
                ?? "the memory for searches is used up; more may help: --max-memory 4GiB")
    }

    /// Has large blocks given back as soon as they are let go of. Left alone, malloc keeps them, also larger and larger ones,
    /// among small ones: of an array that grew it holds all former sizes. mallopt(3)
    static func returnLargeBlocks() {
        cf_return_blocks_above(largeBlock)
    }

    /// Watches until `end`. Where the limit is reached, `say` is told why, and the process ends with status 2; with 74 where
    /// the verdict is said, and what else was asked for is not made.
    func begin(_ say: @escaping @Sendable (String) -> Void) {
        Thread.detachNewThread { [self] in
            while stage.load(ordering: .relaxed) != .over {
                let bytes = Self.anonymousBytes
                pressure.isHigh = bytes > searchLimit.load(ordering: .relaxed)
                if bytes > limit { exceed(say) }
                usleep(Self.microsecondsBetweenLooks)
            }
        }
    }

    private func exceed(_ say: (String) -> Void) {
        let before = stage.exchange(.over, ordering: .relaxed)
        guard before != .over else { return }
        let name = isGiven ? "--max-memory" : "half of the machine's memory"
        let reason = "It takes more than \(name), \(ByteCount(bytes: limit).words)."
        if before == .judging { say(reason) } else { Console.note("What was to be written is not. \(reason)") }
        let isLost = (try? StandardOutput.finish()) == nil || before == .writing
        // Other threads are in the middle of something.
        _exit(CommandStatus(.inconclusive, isOutputLost: isLost, signal: nil).rawValue)
    }

    /// The verdict is there. If this returns, nobody else says one.
    func verdictIsThere() { leave(.judging, for: .writing) }

    /// All is written.
    func end() { leave(.writing, for: .over) }

    private func leave(_ old: Stage, for new: Stage) {
        guard !stage.compareExchange(expected: old, desired: new, ordering: .relaxed).exchanged else { return }
        // The other thread is about to end the process.
        while true { pause() }
    }

    /// What searches of so many operations may spend, now that they are read.
    func searchBudget(operations: Int, threads: Int) -> SearchBudget {
        let used = Self.anonymousBytes
        if !isGiven {
            let usual = Self.usualBytes + Self.bytesPerOperation * operations
            let most = usual - usual / Self.reserveDivisor
            searchLimit.store(min(limit, max(most, used + Self.leastForSearches)), ordering: .relaxed)
        }
        var budget = SearchBudget()
        budget.pressure = pressure
        budget.bytes = max(0, searchLimit.load(ordering: .relaxed) - used) / max(1, threads)
        return budget
    }

    /// What searches for a page of so many operations may spend: `budget` at most.
    func pageBudget(operations: Int, atMost budget: SearchBudget) -> SearchBudget {
        let used = Self.anonymousBytes
        if !isGiven {
            let most = used + Self.leastForSearches + Self.bytesPerOperation * operations
            searchLimit.store(min(limit, max(searchLimit.load(ordering: .relaxed), most)), ordering: .relaxed)
        }
        var budget = budget
        budget.pressure = pressure
        budget.bytes = max(0, min(budget.bytes, searchLimit.load(ordering: .relaxed) - used))
        return budget
    }

    /// What this process has that is no file's. proc_pid_statm(5)
    private static var anonymousBytes: Int {
        guard let file = fopen("/proc/self/statm", "re") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        guard fgets(&line, Int32(line.count), file) != nil else { return 0 }
        let numbers = line.prefix { $0 != 0 }.split(separator: CChar(UInt8(ascii: " "))).map {
            Int(String(decoding: $0.map(UInt8.init(bitPattern:)), as: UTF8.self)) ?? 0
        }
        return numbers.count < 3 ? 0 : (numbers[1] - numbers[2]) * sysconf(Int32(_SC_PAGESIZE))
    }

    /// All memory there is. sysconf(3)
    private static var machineBytes: Int {
        max(
            1 << 30,
            sysconf(Int32(_SC_PHYS_PAGES)).multipliedReportingOverflow(by: sysconf(Int32(_SC_PAGESIZE))).partialValue)
    }
}
