internal import CPcap
import Glibc
import System

/// A libpcap handle on its way from creation to activation; closed unless released.
struct PcapHandle: ~Copyable {
    private let handle: OpaquePointer
    /// What the kernel had counted when the filter came into force: until then it takes whatever comes.
    private(set) var countedBefore = pcap_stat()

    /// From linux/if_packet.h (kernel 4.20): do not show a packet again on its way out. libpcap drops outgoing copies
    /// on loopback in user space only, after they took half of the ring.
    private static let packetIgnoreOutgoing: Int32 = 23
    private static let solPacket: Int32 = 263

    private init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    /// Creates, configures and activates a handle.
    static func open(_ options: LiveCapture.Options) throws(CaptureError) -> PcapHandle {
        var buffer = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
        guard let created = pcap_create(options.interface, &buffer) else {
            throw .system(call: "pcap_create", reason: text(buffer))
        }
        var opened = PcapHandle(created)
        try opened.activate(options)
        return opened
    }

    private mutating func activate(_ options: LiveCapture.Options) throws(CaptureError) {
        pcap_set_snaplen(handle, Int32(clamping: options.snapLength))
        pcap_set_buffer_size(handle, Int32(clamping: options.ringBytes))
        pcap_set_timeout(handle, Int32(clamping: max(1, options.timeout.milliseconds)))
        pcap_set_promisc(handle, 0)
        pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO)
        let status = pcap_activate(handle)
        guard status >= 0 else { throw Self.failure(status, options.interface, String(cString: pcap_geterr(handle))) }
        if options.interface == "any" { pcap_set_datalink(handle, Int32(LinkType.linuxSLL2.rawValue)) }
        try ignoreOutgoing(options.interface)
        guard !options.filter.isEmpty else { return }
        // With nothing coming in, what came before can be told from what the filter lets through.
        try refuseAll()
        pcap_stats(handle, &countedBefore)
        try setFilter(options.filter)
    }

    /// A filter of one instruction: nothing passes. pcap_compile refuses to make one.
    private func refuseAll() throws(CaptureError) {
        var instruction = bpf_insn(code: UInt16(BPF_RET | BPF_K), jt: 0, jf: 0, k: 0)
        let status = withUnsafeMutablePointer(to: &instruction) { pointer in
            var program = bpf_program(bf_len: 1, bf_insns: pointer)
            return pcap_setfilter(handle, &program)
        }
        guard status == 0 else { throw .system(call: "pcap_setfilter", reason: String(cString: pcap_geterr(handle))) }
    }

    deinit {
        pcap_close(handle)
    }

    /// The link type in the numbering of files, which differs from pcap_datalink's for raw IP.
    var linkType: LinkType {
        switch pcap_datalink(handle) {
        case DLT_RAW: .raw
        case let number: LinkType(rawValue: UInt32(number))
        }
    }

    /// Gives the handle away.
    consuming func release() -> OpaquePointer {
        let released = handle
        discard self
        return released
    }

    private func ignoreOutgoing(_ interface: String) throws(CaptureError) {
        // Elsewhere the outgoing packets are half of the conversation.
        guard interface == "lo" else { return }
        var one: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        guard setsockopt(pcap_fileno(handle), Self.solPacket, Self.packetIgnoreOutgoing, &one, size) == 0 else {
            throw .system(call: "setsockopt(PACKET_IGNORE_OUTGOING)", reason: errorText(errno))
        }
    }

    private func setFilter(_ filter: String) throws(CaptureError) {
        var program = bpf_program()
        guard pcap_compile(handle, &program, filter, 1, 0xFFFF_FFFF) == 0 else {
            throw .badFilter(filter: filter, reason: String(cString: pcap_geterr(handle)))
        }
        defer { pcap_freecode(&program) }
        guard pcap_setfilter(handle, &program) == 0 else {
            throw .system(call: "pcap_setfilter", reason: String(cString: pcap_geterr(handle)))
        }
    }

    /// What an activation status means.
    static func failure(_ status: Int32, _ interface: String, _ detail: String) -> CaptureError {
        let reason = detail.isEmpty ? String(cString: pcap_statustostr(status)) : detail
        switch status {
        case PCAP_ERROR_PERM_DENIED, PCAP_ERROR_PROMISC_PERM_DENIED:
            return .permission(
                reason: "the user may not open \(interface)",
                remedy: "run as root, give the program CAP_NET_RAW (setcap cap_net_raw+ep), or allow user namespaces")
        case PCAP_ERROR_NO_SUCH_DEVICE: return .noSuchInterface(name: interface, reason: "there is no such interface")
        case PCAP_ERROR_IFACE_NOT_UP: return .noSuchInterface(name: interface, reason: "the interface is down")
        default: return .system(call: "pcap_activate(\(interface))", reason: reason)
        }
    }
}

/// The text of a C error buffer.
private func text(_ buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
