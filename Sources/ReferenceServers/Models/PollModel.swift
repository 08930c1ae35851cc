import CLinux
import Glibc

/// One thread and an event loop on `poll(2)`.
package struct PollModel: Model {
    package let name = "poll"
    package let summary = "one thread with poll"
    package let workers = Workers.one

    package init() {}

    package func run(_ server: Server) { server.runEventLoop(on: PollPoller()) }
}

/// `poll(2)`: the kernel is handed the whole list at each call, so a call costs O(descriptors).
struct PollPoller: Poller, ~Copyable {
    static var isEdgeTriggered: Bool { false }

    private var list: [pollfd] = []
    /// Where in `list` each descriptor is.
    private var places: [Int32: Int] = [:]

    mutating func watch(_ descriptor: Int32, for interest: Interest) -> Bool {
        places[descriptor] = list.count
        list.append(pollfd(fd: descriptor, events: Self.events(interest), revents: 0))
        return true
    }

    mutating func change(_ descriptor: Int32, to interest: Interest) {
        guard let place = places[descriptor] else { return }
        list[place].events = Self.events(interest)
    }

    mutating func forget(_ descriptor: Int32) {
        guard let place = places.removeValue(forKey: descriptor), let last = list.popLast(), last.fd != descriptor
        else { return }
        list[place] = last
        places[last.fd] = place
    }

    mutating func wait(milliseconds: Int32, _ ready: inout [Int32]) {
        ready.removeAll(keepingCapacity: true)
        guard poll(&list, UInt(list.count), milliseconds) > 0 else { return }  // EINTR: the loop asks again.
        for entry in list where entry.revents != 0 { ready.append(entry.fd) }
    }

    private static func events(_ interest: Interest) -> Int16 {
        interest == .writable ? Int16(POLLOUT) : Int16(POLLIN)
    }
}
