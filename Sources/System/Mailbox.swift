import CLinux
import Glibc
import Synchronization

/// An unbounded queue between threads; readers sleep in poll(2) on an eventfd.
package final class Mailbox<Element: Sendable>: Sendable {
    private let items = Mutex<[Element]>([])
    private let wake: Int32

    /// - Throws: eventfd(2)'s error, EMFILE when the process is out of descriptors.
    package init() throws(SystemError) {
        wake = try system("eventfd") { cf_eventfd() }
    }

    deinit {
        close(wake)
    }

    /// How many elements wait.
    package var count: Int {
        items.withLock { $0.count }
    }

    /// Appends an element and wakes the reader.
    package func put(_ element: Element) {
        let wasEmpty = items.withLock { items in
            items.append(element)
            return items.count == 1
        }
        guard wasEmpty else { return }
        var one: UInt64 = 1
        _ = write(wake, &one, 8)
    }

    /// Takes all that is there; waits up to `milliseconds` (-1: for ever) for the first element.
    package func takeAll(waiting milliseconds: Int32) -> [Element] {
        let ready = takeNow()
        guard ready.isEmpty, milliseconds != 0 else { return ready }
        var entry = pollfd(fd: wake, events: Int16(POLLIN), revents: 0)
        _ = poll(&entry, 1, milliseconds)
        return takeNow()
    }

    /// Takes the first element, waiting for it as long as it takes; several threads may do so at once.
    package func takeOne() -> Element {
        while true {
            let first: Element? = items.withLock { items in
                guard !items.isEmpty else { return nil }
                if items.count == 1 {
                    var count: UInt64 = 0
                    _ = read(wake, &count, 8)
                }
                return items.removeFirst()
            }
            if let first { return first }
            var entry = pollfd(fd: wake, events: Int16(POLLIN), revents: 0)
            _ = poll(&entry, 1, -1)
        }
    }

    private func takeNow() -> [Element] {
        items.withLock { items in
            guard !items.isEmpty else { return [] }
            // One write follows each time the queue leaves empty, so this read waits at most for that one.
            var count: UInt64 = 0
            _ = read(wake, &count, 8)
            let all = items
            items.removeAll(keepingCapacity: true)
            return all
        }
    }
}
