import System

/// Why a capture could not be read, written or made.
public enum CaptureError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file is no capture, or is not there: a user's mistake or a damaged file (exit 65).
    case unreadable(path: String, reason: String)
    /// A file could not be written; nothing is left of it.
    case unwritable(path: String, reason: String)
    /// This user may not capture; `remedy` says what to do (exit 77).
    case permission(reason: String, remedy: String)
    /// There is no such network interface, or it is down.
    case noSuchInterface(name: String, reason: String)
    /// libpcap does not accept the filter.
    case badFilter(filter: String, reason: String)
    /// A system or library call failed.
    case system(call: String, reason: String)

    /// One line for a person.
    public var description: String {
        switch self {
        case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
        case .unwritable(let path, let reason): "cannot write \(path): \(reason)"
        case .permission(let reason, let remedy): "no right to capture: \(reason); \(remedy)"
        case .noSuchInterface(let name, let reason): "cannot capture on \(name): \(reason)"
        case .badFilter(let filter, let reason): "the capture filter “\(filter)” is not valid: \(reason)"
        case .system(let call, let reason): "\(call) failed: \(reason)"
        }
    }
}

extension CaptureError {
    /// A system call that failed.
    init(_ error: SystemError) {
        self = .system(call: error.call, reason: errorText(error.code))
    }
}
