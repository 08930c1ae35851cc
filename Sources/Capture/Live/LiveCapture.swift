internal import CPcap
import Glibc
import Synchronization

/// Catches packets of a network interface through libpcap: TPACKET_V3 ring, nanosecond stamps, each packet once.
///
/// One thread calls `run`; any thread may call `stop` and `statistics`. Never in immediate mode, which on loopback
/// leaves room for some thirty packets.
public final class LiveCapture: Sendable {
    /// What to catch and how.
    public struct Options: Sendable {
        /// The interface; `any` for all.
        public var interface: String
        /// A pcap-filter(7) expression; empty for everything.
        public var filter: String
        /// The kernel's ring, in bytes.
        public var ringBytes: Int
        /// How long the kernel holds back a packet until its block is full.
        public var timeout: Duration
        /// Bytes kept of a packet. Loopback's super-packets are longer than 65,535.
        public var snapLength: Int

        /// Creates options.
        public init(
            interface: String = "lo", filter: String = "", ringBytes: Int = 64 << 20,
            timeout: Duration = .milliseconds(2),
            snapLength: Int = 262_144
        ) {
            self.interface = interface
            self.filter = filter
            self.ringBytes = ringBytes
            self.timeout = timeout
            self.snapLength = snapLength
        }
    }

    /// The most packets, and about the most bytes, of a batch.
    static let batchPackets = 4096
    static let batchBytes = 1 << 20

    /// The link type of all packets.
    public let linkType: LinkType
    /// What the capture was opened with.
    public let options: Options
    // pcap_t: dispatched by the one thread in `run`; pcap_breakloop is made for other threads, and pcap_stats, which
    // touches counters of its own only, is called under `counters`.
    private nonisolated(unsafe) let handle: OpaquePointer
    private let counters = Mutex(Counters())
    private let delivered = Atomic<UInt64>(0)
    private let stopRequested = Atomic<Bool>(false)
    private let running = Atomic<Bool>(false)

    /// libpcap's counters have 32 bits; these do not wrap.
    private struct Counters {
        var last: (received: UInt32, dropped: UInt32, interfaceDropped: UInt32) = (0, 0, 0)
        var total = CaptureStatistics()
    }

    /// Opens and activates the capture: when this returns, packets are already caught.
    ///
    /// - Throws: `.permission`, `.noSuchInterface`, `.badFilter`, `.system`. (pcap_create(3), pcap_activate(3))
    public init(_ options: Options) throws(CaptureError) {
        let opened = try PcapHandle.open(options)
        self.options = options
        linkType = opened.linkType
        let before = opened.countedBefore
        counters.withLock { $0.last = (before.ps_recv, before.ps_drop, before.ps_ifdrop) }
        handle = opened.release()
    }

    deinit {
        pcap_close(handle)
    }

    /// Hands over packets in batches until `stop`, numbered from 1; blocks. At the end, packets that the kernel has
    /// already passed on are handed over too.
    ///
    /// - Throws: `.system` when the capture breaks, for instance because the interface goes away. (pcap_dispatch(3))
    public func run(onBatch: (PacketBatch) -> Void) throws(CaptureError) {
        precondition(!running.exchange(true, ordering: .acquiring), "LiveCapture.run is called by one thread at a time")
        defer { running.store(false, ordering: .releasing) }
        var sink = PacketSink(linkType: linkType, nextNumber: Int(delivered.load(ordering: .relaxed)) + 1)
        while !stopRequested.load(ordering: .acquiring) {
            let result = try dispatch(&sink, onBatch)
            // The loop is broken by `stop`, and by the sink when a batch is full.
            if result == PCAP_ERROR_BREAK { continue }
        }
        try drain(&sink, onBatch)
    }

    /// Ends `run` soon, from any thread; a later `run` returns at once. (pcap_breakloop(3))
    public func stop() {
        stopRequested.store(true, ordering: .releasing)
        pcap_breakloop(handle)
    }

    /// The counts so far. (pcap_stats(3))
    public func statistics() -> CaptureStatistics {
        counters.withLock { counters in
            var raw = pcap_stat()
            if pcap_stats(handle, &raw) == 0 {
                counters.total.received += UInt64(raw.ps_recv &- counters.last.received)
                counters.total.dropped += UInt64(raw.ps_drop &- counters.last.dropped)
                counters.total.interfaceDropped += UInt64(raw.ps_ifdrop &- counters.last.interfaceDropped)
                counters.last = (raw.ps_recv, raw.ps_drop, raw.ps_ifdrop)
            }
            var statistics = counters.total
            statistics.delivered = delivered.load(ordering: .acquiring)
            return statistics
        }
    }

    private func dispatch(_ sink: inout PacketSink, _ onBatch: (PacketBatch) -> Void) throws(CaptureError) -> Int32 {
        sink.handle = handle
        let result = withUnsafeMutablePointer(to: &sink) { pointer in
            pcap_dispatch(
                handle, Int32(Self.batchPackets), PacketSink.receive,
                UnsafeMutableRawPointer(pointer)
                    .assumingMemoryBound(to: UInt8.self))
        }
        let batch = sink.take()
        if !batch.records.isEmpty {
            delivered.add(UInt64(batch.records.count), ordering: .acquiringAndReleasing)
            onBatch(batch)
        }
        guard result >= 0 || result == PCAP_ERROR_BREAK else {
            throw .system(call: "pcap_dispatch", reason: String(cString: pcap_geterr(handle)))
        }
        return result
    }

    /// Takes what the ring holds, and waits for the kernel to give up the block that it is filling: it does so within
    /// two time-outs. So nothing that arrived before `stop` is lost.
    private func drain(_ sink: inout PacketSink, _ onBatch: (PacketBatch) -> Void) throws(CaptureError) {
        guard setNonblocking() else { return }
        let clock = ContinuousClock()
        let deadline = clock.now + longestHoldBack
        while true {
            if try dispatch(&sink, onBatch) != 0, clock.now < deadline { continue }
            let left = (deadline - clock.now) / .milliseconds(1)
            guard left > 0 else { return }
            var readable = pollfd(fd: selectableDescriptor, events: Int16(POLLIN), revents: 0)
            poll(&readable, 1, Int32(left.rounded(.up)))
        }
    }
}

/// For one thread that serves several captures by poll(2) instead of calling `run`.
extension LiveCapture {
    /// How long the kernel may hold back a packet.
    var longestHoldBack: Duration { options.timeout * 2 + .milliseconds(5) }

    /// Readable when the ring holds a block.
    var selectableDescriptor: Int32 { pcap_get_selectable_fd(handle) }

    /// Makes `takeReady` return instead of waiting.
    func setNonblocking() -> Bool {
        var buffer = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
        return pcap_setnonblock(handle, 1, &buffer) == 0
    }

    /// A sink for `takeReady`.
    func makeSink() -> PacketSink {
        PacketSink(linkType: linkType, nextNumber: Int(delivered.load(ordering: .relaxed)) + 1)
    }

    /// Hands over what the ring holds, at most one batch.
    func takeReady(_ sink: inout PacketSink, _ onBatch: (PacketBatch) -> Void) throws(CaptureError) {
        _ = try dispatch(&sink, onBatch)
    }
}
