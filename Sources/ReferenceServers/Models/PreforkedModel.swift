import CLinux
import Glibc

/// Worker processes that exist before the first client and accept from one shared listener, each with an event loop.
///
/// `EPOLLEXCLUSIVE` wakes some of the workers for a new client, not all (the thundering herd).
package struct PreforkedModel: Model {
    package let name = "preforked"
    package let summary = "worker processes that accept from a shared listener"
    package let workers = Workers.processes

    package init() {}

    package func run(_ server: Server) {
        let listener = server.listener.descriptor.number
        runWorkers(server) { _ in (listener, .shared) }
    }
}

/// Keeps `Limits.preforkedWorkers` worker processes alive until SIGTERM; `listener` tells what each accepts from.
func runWorkers(_ server: Server, listener: (Int) -> (Int32, Interest)) {
    var children = Children()
    var pids: [pid_t?] = Array(repeating: nil, count: Limits.preforkedWorkers)
    while true {
        for index in pids.indices where pids[index] == nil {
            let (number, interest) = listener(index)
            pids[index] = children.fork {
                server.signals.unblock()
                var loop = EventLoop(server, number, EpollPoller<LevelTrigger>(), listenerInterest: interest)
                loop.run(Signals())
                _exit(0)
            }
        }
        // A worker that could not be forked is tried again soon.
        let patience = pids.contains(nil) ? Limits.exhaustedPauseMilliseconds : -1
        switch server.signals.wait(or: -1, milliseconds: patience) {
        case .child:
            let ended = server.reaper.childrenEnded()
            children.remove(ended)
            for (index, pid) in pids.enumerated() where pid.map(ended.contains) == true { pids[index] = nil }
        case .readable, .timeout: break
        case .terminate:
            children.drain(server.signals)
            return
        }
    }
}
