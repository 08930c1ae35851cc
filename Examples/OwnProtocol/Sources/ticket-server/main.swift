// A server of tickets, a thread a connection: each DRAW of a machine gets the next number.
//
//     ticket-server PORT [racy]
//
//     DRAW gate 17     17 1          the tag, and the next number
//     LAST gate 18     18 1          the last number drawn; 0 before the first
//     BACK gate 19     19 ERR no     refused
//
// `racy` reads the number, and writes it back, without holding the lock in between.
import Glibc

let port = UInt16(CommandLine.arguments.dropFirst().first ?? "") ?? 0
let isRacy = CommandLine.arguments.contains("racy")

/// The machines' last numbers, and the lock that protects them.
final class Machines: @unchecked Sendable {
    private var last: [String: Int] = [:]
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

    init() { pthread_mutex_init(lock, nil) }

    func number(of machine: String) -> Int { holdingLock { last[machine] ?? 0 } }

    func draw(_ machine: String) -> Int {
        if isRacy {
            let next = number(of: machine) + 1
            holdingLock { last[machine] = next }
            return next
        }
        return holdingLock {
            last[machine, default: 0] += 1
            return last[machine]!
        }
    }

    private func holdingLock<Value>(_ body: () -> Value) -> Value {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        return body()
    }
}

let machines = Machines()

func reply(to line: some StringProtocol) -> String {
    let words = line.split(separator: " ")
    guard words.count == 3 else { return "? ERR three words, please" }
    switch words[0] {
    case "DRAW": return "\(words[2]) \(machines.draw(String(words[1])))"
    case "LAST": return "\(words[2]) \(machines.number(of: String(words[1])))"
    default: return "\(words[2]) ERR no such command"
    }
}

func serve(_ client: Int32) {
    defer { close(client) }
    var pending: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
        let count = read(client, &buffer, buffer.count)
        guard count > 0 else { return }
        pending += buffer[..<count]
        while let end = pending.firstIndex(of: 0x0A) {
            let answer = Array((reply(to: String(decoding: pending[..<end], as: UTF8.self)) + "\n").utf8)
            pending.removeFirst(end + 1)
            guard send(client, answer, answer.count, Int32(MSG_NOSIGNAL)) == answer.count else { return }
        }
    }
}

func startThread(_ client: Int32) {
    var thread = pthread_t()
    let argument = UnsafeMutableRawPointer(bitPattern: Int(client) + 1)
    pthread_create(
        &thread, nil,
        {
            serve(Int32(Int(bitPattern: $0) - 1)); return nil
        }, argument)
    pthread_detach(thread)
}

let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
var one: Int32 = 1
setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, 4)
var address = sockaddr_in()
address.sin_family = sa_family_t(AF_INET)
address.sin_port = port.bigEndian
address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
let isBound = withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, 16) } == 0
}
guard isBound, listen(listener, 128) == 0 else {
    perror("ticket-server")
    exit(1)
}
while true {
    let client = accept(listener, nil, nil)
    if client >= 0 { startThread(client) }
}
