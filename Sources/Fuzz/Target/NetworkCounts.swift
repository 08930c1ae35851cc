/// How often connections found the queue of their listener full, anywhere in our network: ListenOverflows of
/// /proc/net/netstat.
enum ListenQueue {
    static func overflows() -> Int {
        let lines = ProcessTree.contents("/proc/self/net/netstat").split(separator: 0x0A).map { line in
            line.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
        }
        // Names in one line, numbers in the next.
        for (names, numbers) in zip(lines, lines.dropFirst()) {
            guard let place = names.firstIndex(of: "ListenOverflows"), place < numbers.count else { continue }
            return Int(numbers[place]) ?? 0
        }
        return 0
    }
}

/// What /proc/net/udp tells of the sockets of a port: proc(5).
enum DatagramSockets {
    /// Whether a socket has the port.
    static func isBound(_ port: UInt16) -> Bool {
        !lines(of: port).isEmpty
    }

    /// How many datagrams to the port's sockets the kernel has dropped for want of room.
    static func dropped(_ port: UInt16) -> Int {
        lines(of: port).reduce(0) { $0 + (Int($1.last ?? "") ?? 0) }
    }

    /// The fields of each socket that is bound to the port.
    private static func lines(of port: UInt16) -> [[String]] {
        ProcessTree.contents("/proc/self/net/udp").split(separator: 0x0A).dropFirst().compactMap { line in
            let fields = line.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
            guard fields.count > 9, let colon = fields[1].firstIndex(of: ":"),
                UInt16(fields[1][fields[1].index(after: colon)...], radix: 16) == port
            else { return nil }
            return fields
        }
    }
}
