import CLinux
import Glibc

/// `epoll(7)`, edge-triggered or level-triggered.
struct EpollPoller<Trigger: EpollTrigger>: Poller, ~Copyable {
    static var isEdgeTriggered: Bool { Trigger.flag != 0 }

    private let descriptor: Descriptor
    private var events = [epoll_event](repeating: epoll_event(), count: 256)

    init() {
        let number = epoll_create1(Int32(EPOLL_CLOEXEC))
        precondition(number >= 0, "epoll_create1: error \(errno)")
        descriptor = Descriptor(owning: number)
    }

    mutating func watch(_ descriptor: Int32, for interest: Interest) -> Bool {
        control(EPOLL_CTL_ADD, descriptor, interest) == 0
    }

    mutating func change(_ descriptor: Int32, to interest: Interest) {
        // An edge-triggered descriptor is watched for both from the start.
        if !Self.isEdgeTriggered { _ = control(EPOLL_CTL_MOD, descriptor, interest) }
    }

    mutating func forget(_ descriptor: Int32) {
        _ = control(EPOLL_CTL_DEL, descriptor, .readable)
    }

    mutating func wait(milliseconds: Int32, _ ready: inout [Int32]) {
        ready.removeAll(keepingCapacity: true)
        let count = epoll_wait(descriptor.number, &events, Int32(events.count), milliseconds)
        // EINTR comes as a negative count: nothing is ready, and the loop asks again.
        for index in 0..<max(0, Int(count)) { ready.append(events[index].data.fd) }
    }

    private func control(_ operation: Int32, _ descriptor: Int32, _ interest: Interest) -> Int32 {
        var event = epoll_event()
        event.data.fd = descriptor
        event.events =
            switch interest {
            case .shared: EPOLLIN.rawValue | EPOLLEXCLUSIVE.rawValue
            case _ where Self.isEdgeTriggered: EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | Trigger.flag
            case .readable: EPOLLIN.rawValue
            case .writable: EPOLLOUT.rawValue
            }
        return epoll_ctl(self.descriptor.number, operation, descriptor, &event)
    }
}

/// When epoll tells of an event.
protocol EpollTrigger {
    /// What it adds to a descriptor's events.
    static var flag: UInt32 { get }
}

/// As long as it lasts.
enum LevelTrigger: EpollTrigger {
    static var flag: UInt32 { 0 }
}

/// Once, when it happens.
enum EdgeTrigger: EpollTrigger {
    static var flag: UInt32 { EPOLLET.rawValue }
}
