import CLinux
import Glibc

/// `early-close`: a client that has shut down writing is taken for gone, and its replies are dropped.
///
/// Modelled on event loops that look at `EPOLLRDHUP` or `EPOLLHUP` first and close (Node.js without `allowHalfOpen`, many
/// proxies). A client that sends its requests, half-closes and then reads gets an end of stream instead of its last replies.
struct EarlyClose: Defect {
    let name = "early-close"
    let summary = "drops the replies of a client that has half-closed"
    let oracle = "loss"
    let grade = Grade.hard
    let replaces: Set<Part> = [.departure]

    func objection(to choice: Choice) -> String? { nil }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.departure = EndIsDeparture()
        return true
    }
}

/// Looks whether the client's FIN is next.
private struct EndIsDeparture: Departure {
    func hasLeft(_ number: Int32) -> Bool {
        var byte: UInt8 = 0
        return recv(number, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) == 0
    }
}
