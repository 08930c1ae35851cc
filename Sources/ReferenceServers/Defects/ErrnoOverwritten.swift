import CLinux
import Glibc

/// `errno-overwritten`: a timer's signal handler makes a call that fails, and leaves its error in `errno`.
///
/// Modelled on handlers that log or reap without saving `errno` (signal-safety(7) asks for it). Hardest grade: the signal must
/// come between the return of a call and the look at its error. A would-block then looks like a broken connection, and a
/// client is cut off; where it hits accepting, the server stops, for it takes the error for a bug of its own.
struct ErrnoOverwritten: Defect {
    let name = "errno-overwritten"
    let summary = "a timer's signal handler overwrites errno"
    let oracle = "loss"
    let grade = Grade.hard
    let alsoShownBy = ["hang", "crash"]
    let replaces: Set<Part> = [.signals]

    func objection(to choice: Choice) -> String? {
        switch choice.model.workers {
        case .processes: return "worker processes inherit no timer"
        case .threads where choice.model.multiplexes:
            return "the kernel gives the signal to the dispatcher, whose calls do not fail"
        default: break
        }
        return choice.model.multiplexes ? nil : "blocking calls hardly ever fail, so there is no error to overwrite"
    }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.signals = CarelessTimer()
        return true
    }
}

/// Housekeeping by a timer, ten times a second, as often as that of Redis.
private struct CarelessTimer: SignalPolicy {
    private static let microseconds = 100_000

    func apply() {
        IgnoredSIGPIPE().apply()
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in errno = EBADF }
        action.sa_flags = SA_RESTART
        sigaction(SIGALRM, &action, nil)
        let interval = timeval(tv_sec: 0, tv_usec: Self.microseconds)
        var timer = itimerval(it_interval: interval, it_value: interval)
        setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &timer, nil)
    }
}
