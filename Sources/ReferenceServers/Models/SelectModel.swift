import CLinux
import Glibc

/// One thread and an event loop on `select(2)`.
package struct SelectModel: Model {
    package let name = "select"
    package let summary = "one thread with select"
    package let workers = Workers.one

    package init() {}

    package func run(_ server: Server) { server.runEventLoop(on: SelectPoller()) }
}

/// `select(2)`: sets of at most `FD_SETSIZE` descriptors.
///
/// `FD_SET` of a greater number writes beyond the set, so such a descriptor is refused here.
package struct SelectPoller: Poller, ~Copyable {
    package static var isEdgeTriggered: Bool { false }
    /// `FD_SETSIZE`.
    package static var limit: Int32 { Int32(MemoryLayout<fd_set>.size * 8) }

    private var reading = DescriptorSet()
    private var writing = DescriptorSet()
    private var highest: Int32 = -1

    package init() {}

    package mutating func watch(_ descriptor: Int32, for interest: Interest) -> Bool {
        guard descriptor < Self.limit else { return false }
        highest = max(highest, descriptor)
        change(descriptor, to: interest)
        return true
    }

    package mutating func change(_ descriptor: Int32, to interest: Interest) {
        reading[descriptor] = interest != .writable
        writing[descriptor] = interest == .writable
    }

    package mutating func forget(_ descriptor: Int32) {
        reading[descriptor] = false
        writing[descriptor] = false
        while highest >= 0, !reading[highest], !writing[highest] { highest -= 1 }
    }

    package mutating func wait(milliseconds: Int32, _ ready: inout [Int32]) {
        ready.removeAll(keepingCapacity: true)
        // The call overwrites its sets, and on Linux its time.
        var readable = reading
        var writable = writing
        var time = timeval(tv_sec: Int(milliseconds / 1000), tv_usec: Int(milliseconds % 1000) * 1000)
        let count = withUnsafeMutablePointer(to: &time) {
            select(highest + 1, &readable.bits, &writable.bits, nil, milliseconds < 0 ? nil : $0)
        }
        guard count > 0 else { return }  // EINTR: the loop asks again.
        for descriptor in 0...highest where readable[descriptor] || writable[descriptor] { ready.append(descriptor) }
    }
}

/// An `fd_set`, whose macros Swift does not have. One of the few files with unsafe pointers.
package struct DescriptorSet {
    var bits = fd_set()

    package init() {}

    /// Whether a descriptor below `FD_SETSIZE` is in the set.
    package subscript(_ descriptor: Int32) -> Bool {
        get {
            withUnsafeBytes(of: bits) { $0[Int(descriptor) / 8] & 1 << (descriptor % 8) != 0 }
        }
        set {
            withUnsafeMutableBytes(of: &bits) { bytes in
                let bit: UInt8 = 1 << (descriptor % 8)
                if newValue { bytes[Int(descriptor) / 8] |= bit } else { bytes[Int(descriptor) / 8] &= ~bit }
            }
        }
    }
}
