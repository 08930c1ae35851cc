/// A network interface of a capture (pcapng interface description block).
public struct InterfaceInfo: Sendable, Equatable {
    /// The system's name, such as `lo`; empty when unknown.
    public var name: String
    /// Words for people; empty when there are none.
    public var description: String
    /// The filter that was in force; empty without one.
    public var filter: String
    /// The link type of its packets.
    public var linkType: LinkType
    /// Bytes kept of a packet at most; 0 for no limit.
    public var snapLength: Int

    /// Creates an interface.
    public init(
        name: String = "", description: String = "", filter: String = "", linkType: LinkType, snapLength: Int = 262_144
    ) {
        self.name = name
        self.description = description
        self.filter = filter
        self.linkType = linkType
        self.snapLength = snapLength
    }
}

/// Who wrote a capture, and why (pcapng section header block).
public struct SectionInfo: Sendable, Equatable {
    /// The machine; empty when unknown.
    public var hardware: String
    /// The operating system; empty when unknown.
    public var os: String
    /// The program with its version.
    public var application: String
    /// Free text, one option each.
    public var comments: [String]

    /// Creates a section.
    public init(hardware: String = "", os: String = "", application: String = "Crossfire", comments: [String] = []) {
        self.hardware = hardware
        self.os = os
        self.application = application
        self.comments = comments
    }
}

/// What a capture received and lost.
public struct CaptureStatistics: Sendable, Equatable {
    /// Packets that passed the filter in the kernel, those dropped included.
    public var received: UInt64
    /// Packets that the kernel dropped because the ring was full.
    public var dropped: UInt64
    /// Packets that the interface or its driver dropped.
    public var interfaceDropped: UInt64
    /// Packets handed over.
    public var delivered: UInt64

    /// Whether nothing that passed the filter was dropped. That everything was also handed over is proved by an
    /// end mark, not by counts.
    public var complete: Bool { dropped == 0 && interfaceDropped == 0 }

    /// Creates statistics.
    public init(received: UInt64 = 0, dropped: UInt64 = 0, interfaceDropped: UInt64 = 0, delivered: UInt64 = 0) {
        self.received = received
        self.dropped = dropped
        self.interfaceDropped = interfaceDropped
        self.delivered = delivered
    }
}

/// What is to be said of a packet besides its bytes (pcapng enhanced packet block options).
public struct PacketNotes: Sendable, Equatable {
    /// Comments, one option each, shown by Wireshark.
    public var comments: [String]
    /// Which way it went at its interface; nil when unknown.
    public var direction: Direction?
    /// Packets dropped between the interface's previous packet and this one; nil when unknown.
    public var droppedBefore: UInt64?

    /// Which way a packet went at its interface (`epb_flags`, bits 0 and 1).
    public enum Direction: UInt32, Sendable {
        case inbound = 1
        case outbound = 2
    }

    /// Creates notes.
    public init(comments: [String] = [], direction: Direction? = nil, droppedBefore: UInt64? = nil) {
        self.comments = comments
        self.direction = direction
        self.droppedBefore = droppedBefore
    }

    var isEmpty: Bool { comments.isEmpty && direction == nil && droppedBefore == nil }
}
