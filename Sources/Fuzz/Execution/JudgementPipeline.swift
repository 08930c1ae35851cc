import Capture
import Glibc
import Synchronization
import Verification
import Wire
import System

/// Captures the target's traffic, cuts it into executions, and judges these on as many threads as there are processors.
/// Unix sockets are not captured: their clients' log brings the packets with it.
///
/// The capture thread only copies packets out of the ring; judging never makes it lose one.
final class JudgementPipeline {
    private let capture: LiveCapture?
    private let work: Mailbox<Work>
    private let judged: Mailbox<JudgedExecution>
    private let failure = Failure()
    private let shared = Shared()
    private var captureThread: JoinableThread?
    private var assemblyThread: JoinableThread?
    private let bench: JudgeBench
    private var submitted = 0
    private var received = 0

    private enum Work: Sendable {
        case packets(PacketBatch, dropped: UInt64)
        case performed(PerformedExecution)
        case stop

        var isStop: Bool { if case .stop = self { true } else { false } }
    }

    private final class Failure: Sendable {
        let error = Mutex<CaptureError?>(nil)
    }

    /// What the threads know of each other.
    private final class Shared: Sendable {
        /// Bytes of packets that wait for the judge.
        let backlog = Atomic(0)
        /// Packets that were dropped because too many waited.
        let shed = Atomic<UInt64>(0)
        /// Nobody wants further judgements.
        let isAbandoned = Atomic(false)
    }

    /// Starts to capture: when it returns, packets are caught already.
    ///
    /// - Parameters:
    ///   - address: where the target listens.
    ///   - endMarkPort: where the end marks go.
    ///   - ringBytes: the size of the kernel's ring.
    ///   - network: where the target listens; nil for our own.
    ///   - login: what each connection begins with.
    ///   - memory: whether the target forgets.
    ///   - isFreshTarget: whether the target was started by us, and holds nothing that our clients have not written.
    /// - Throws: `CaptureError`, and `SystemError` where threads or descriptors run out.
    init(
        address: TargetAddress, endMarkPort: UInt16, codec: any WireCodec, ringBytes: Int, isFreshTarget: Bool,
        login: [LoginStep] = [], memory: TargetMemory, network: NetworkNamespaces?
    ) throws {
        let capture = try Self.capture(address, endMarkPort, ringBytes, network)
        let work = try Mailbox<Work>()
        let judged = try Mailbox<JudgedExecution>()
        let failure = self.failure
        let shared = self.shared
        let linkType = capture?.linkType ?? .ipv4
        self.capture = capture
        self.work = work
        self.judged = judged
        let judge = ExecutionJudge(
            codec: codec, serverPort: address.port, isDatagram: address.transport == .udp,
            isFreshTarget: isFreshTarget, login: login, memory: memory)
        let bench = try JudgeBench(judge, judged)
        self.bench = bench
        do {
            assemblyThread = try JoinableThread("assembly") {
                var loop = AssemblyLoop(
                    assembler: ExecutionAssembler(serverPort: address.port, linkType: linkType), bench: bench)
                loop.run(work, shared)
            }
        } catch {
            bench.stop()
            throw error
        }
        guard let capture else { return }
        let body: @Sendable () -> Void = {
            do throws(CaptureError) {
                try capture.run { batch in
                    let waiting = shared.backlog.add(batch.bytes.count, ordering: .relaxed).newValue
                    guard waiting <= ExecutionLimits.backlogBytes else {
                        shared.backlog.subtract(batch.bytes.count, ordering: .relaxed)
                        shared.shed.add(UInt64(batch.records.count), ordering: .relaxed)
                        return
                    }
                    let dropped = capture.statistics().dropped + shared.shed.load(ordering: .relaxed)
                    work.put(.packets(batch, dropped: dropped))
                }
            } catch {
                failure.error.withLock { $0 = error }
            }
            work.put(.stop)
        }
        do {
            captureThread = try JoinableThread("capture", body)
        } catch {
            // The machine is out of threads; the other one is not left behind.
            work.put(.stop)
            assemblyThread.take()?.join()
            bench.stop()
            throw error
        }
    }

    private static func capture(
        _ address: TargetAddress, _ endMarkPort: UInt16, _ ringBytes: Int, _ network: NetworkNamespaces?
    ) throws -> LiveCapture? {
        guard address.transport != .unix else { return nil }
        let wanted = address.transport == .udp ? "udp port \(address.port)" : "tcp port \(address.port)"
        var options = LiveCapture.Options()
        options.interface = "lo"
        options.filter = "\(wanted) or udp port \(endMarkPort)"
        options.ringBytes = ringBytes
        options.timeout = .milliseconds(1)
        return try network.inside { Result { () throws(CaptureError) in try LiveCapture(options) } }.get()
    }

    /// Executions whose judgement has not been taken yet.
    var outstanding: Int { submitted - received }

    /// Hands over an execution. Call it before its end mark is sent.
    func submit(_ execution: PerformedExecution) {
        submitted += 1
        work.put(.performed(execution))
    }

    /// Takes the judgements that are ready, waiting up to `milliseconds` for the first.
    ///
    /// - Throws: the capture's failure, if it has failed.
    func take(waiting milliseconds: Int32) throws -> [JudgedExecution] {
        if let error = failure.error.withLock({ $0 }) { throw error }
        let ready = judged.takeAll(waiting: milliseconds)
        received += ready.count
        return ready.sorted { $0.log.execution < $1.log.execution }
    }

    /// The campaign is over: what is left gets less time.
    func hurry() { bench.hurry() }

    /// The capture's own counts so far.
    var statistics: CaptureStatistics { capture?.statistics() ?? CaptureStatistics() }

    /// Ends the threads.
    ///
    /// - Returns: the capture's own counts.
    @discardableResult
    func stop() -> CaptureStatistics {
        shared.isAbandoned.store(true, ordering: .relaxed)
        if let capture { capture.stop() } else { work.put(.stop) }
        captureThread.take()?.join()
        assemblyThread.take()?.join()
        bench.stop()
        return statistics
    }

    /// The assembling thread's state.
    private struct AssemblyLoop {
        var assembler: ExecutionAssembler
        let bench: JudgeBench
        var performed: [PerformedExecution] = []
        var dropped: UInt64 = 0
        var droppedNow: UInt64 = 0

        mutating func run(_ work: Mailbox<Work>, _ shared: Shared) {
            while true {
                for item in work.takeAll(waiting: -1) where !shared.isAbandoned.load(ordering: .relaxed) || item.isStop
                {
                    switch item {
                    case .performed(let execution):
                        if let packets = execution.log.packets {
                            bench.judge(execution, packets, trouble: [])
                        } else {
                            performed.append(execution)
                        }
                    case .stop: return
                    case .packets(let batch, let dropped):
                        shared.backlog.subtract(batch.bytes.count, ordering: .relaxed)
                        droppedNow = dropped
                        assemble(batch)
                    }
                }
            }
        }

        private mutating func assemble(_ batch: PacketBatch) {
            for record in batch.records {
                guard let execution = assembler.add(record, in: batch) else { continue }
                while let first = performed.first, first.log.execution <= execution {
                    performed.removeFirst()
                    complete(first, marked: execution)
                }
            }
        }

        private mutating func complete(_ execution: PerformedExecution, marked: Int) {
            var trouble: [String] = []
            if execution.log.execution < marked { trouble.append("the capture misses the end of the execution") }
            if droppedNow != dropped {
                trouble.append("the capture dropped \(droppedNow - dropped) packets")
                dropped = droppedNow
            }
            if assembler.leftOut > 0 {
                let limit = ExecutionLimits.packetBytes >> 20
                trouble.append("more than \(limit) MiB of packets: \(assembler.leftOut) packets are left out")
            }
            bench.judge(execution, assembler.take(execution.log), trouble: trouble)
        }
    }
}
