import Capture
import Glibc
import Synchronization
import Verification
import System

/// Judges executions on as many threads as there are processors, each execution on one of them.
final class JudgeBench: Sendable {
    private struct Case: Sendable {
        var execution: PerformedExecution
        var packets: PacketBatch
        var trouble: [String]
    }

    private let judge: ExecutionJudge
    private let judged: Mailbox<JudgedExecution>
    private let isHasty = Atomic<Bool>(false)
    /// Nobody wants further judgements.
    private let isAbandoned = Atomic<Bool>(false)
    /// Nil ends one thread.
    private let cases: Mailbox<Case?>
    private let threads: Threads

    private final class Threads: Sendable {
        let all = Mutex<[SharedThread]>([])
    }

    /// More threads than this have been no use: clients and target want processors too.
    private static let mostThreads = 4

    /// Starts the threads; they put what they have judged into `judged`.
    ///
    /// - Throws: `SystemError` where threads or descriptors run out.
    init(_ judge: ExecutionJudge, _ judged: Mailbox<JudgedExecution>) throws {
        self.judge = judge
        self.judged = judged
        let count = max(1, min(Self.mostThreads, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        cases = try Mailbox()
        threads = Threads()
        do {
            for _ in 0..<count {
                let thread = try SharedThread("judge") { [self] in work() }
                threads.all.withLock { $0.append(thread) }
            }
        } catch {
            stop()
            throw error
        }
    }

    /// Hands over an execution.
    ///
    /// - Parameter packets: of an execution in which clients were flooded only the beginning is judged and kept.
    func judge(_ execution: PerformedExecution, _ packets: PacketBatch, trouble: [String]) {
        var packets = packets
        if execution.log.isFlooded { packets.keepBeginning(bytes: ExecutionLimits.floodBytes) }
        cases.put(Case(execution: execution, packets: packets, trouble: trouble))
    }

    /// From now on executions get less time.
    func hurry() { isHasty.store(true, ordering: .relaxed) }

    /// Ends the threads once they have judged what they are at.
    func stop() {
        isAbandoned.store(true, ordering: .relaxed)
        let all = threads.all.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for _ in all { cases.put(nil) }
        for thread in all { thread.join() }
    }

    private func work() {
        while let item = cases.takeOne() {
            guard !isAbandoned.load(ordering: .relaxed) else { continue }
            let judgement = judge.judge(
                item.packets, item.execution.log, ending: item.execution.ending, output: item.execution.output,
                trouble: item.trouble, isHasty: isHasty.load(ordering: .relaxed))
            judged.put(JudgedExecution(item.execution, judgement, item.packets))
        }
    }
}

/// A thread in a list, joined once.
private final class SharedThread: Sendable {
    private let thread: Mutex<JoinableThread?>

    init(_ name: String, _ body: @escaping @Sendable () -> Void) throws {
        thread = Mutex(try JoinableThread(name, body))
    }

    func join() {
        thread.withLock { $0.take() }?.join()
    }
}
