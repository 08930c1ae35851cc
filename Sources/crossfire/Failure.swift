import ArgumentParser
import Capture
import Foundation
import Fuzz
import Perturbation
import Report
import Verification
import System

/// The contract's exit statuses: verdicts, then sysexits(3).
enum Status: Int32 {
    case held = 0
    case violated = 1
    case inconclusive = 2
    case usage = 64
    case badInput = 65
    case noTarget = 69
    case ownBug = 70
    case outputLost = 74
    case retry = 75
    case noPermission = 77
    case badConfiguration = 78
    case interrupted = 130
    case terminated = 143

    init(_ verdict: Verdict) {
        switch verdict {
        case .held: self = .held
        case .violated: self = .violated
        case .inconclusive, .nothingTested: self = .inconclusive
        }
    }

    var exitCode: ExitCode { ExitCode(rawValue) }
}

/// A run that ended without a verdict: one line for standard error, and an exit status.
struct Failure: Error {
    var status: Status
    var message: String

    init(_ status: Status, _ message: String) {
        self.status = status
        self.message = message
    }

    /// What each module's errors mean on the command line; nil for the argument parser's own.
    init?(_ error: any Error) {
        switch error {
        case let error as Failure: self = error
        case let error as CaptureError: self.init(Self.status(error), error.description)
        case let error as CampaignError: self.init(.usage, error.description)
        case let error as TargetError: self.init(Self.status(error), error.description)
        case let error as ScenarioError: self.init(.badInput, error.description)
        case let error as ModelFile.Failure: self.init(.badConfiguration, error.description)
        case let error as Baseline.Failure: self.init(.badConfiguration, error.description)
        case let error as HistoryError: self.init(.badInput, error.description)
        case let error as ScratchError: self.init(.badConfiguration, error.description)
        case let error as StoreError: self.init(.badInput, error.description)
        // EFBIG: the user's limit of files, which holds for memory files too.
        case let error as SystemError:
            self.init((Self.passing + [EFBIG]).contains(error.code) ? .retry : .ownBug, error.description)
        // A folder for temporary files that cannot be written to, and the like.
        case let error as CocoaError:
            let path = (error.userInfo[NSFilePathErrorKey] as? String) ?? "a file"
            self.init(.badConfiguration, "cannot use \(path): \(error.localizedDescription)")
        default: return nil
        }
    }

    func report() {
        Console.note("crossfire: " + message.replacingOccurrences(of: "\n", with: " "))
    }

    /// What another try may not meet again: descriptors, memory, threads and addresses that are all in use.
    private static let passing: [Int32] = [EMFILE, ENFILE, EAGAIN, EADDRINUSE, EADDRNOTAVAIL, ENOMEM, ENOBUFS]

    /// Whether libpcap's words, which come without a number, end in those of such an error.
    private static func isPassing(_ reason: String) -> Bool {
        passing.contains { reason.hasSuffix(String(cString: strerror($0))) }
    }

    private static func status(_ error: CaptureError) -> Status {
        switch error {
        case .permission: .noPermission
        case .unreadable: .badInput
        case .badFilter: .usage
        case .unwritable: .outputLost
        case .noSuchInterface: .badInput
        case .system(_, let reason): isPassing(reason) ? .retry : .ownBug
        }
    }

    private static func status(_ error: TargetError) -> Status {
        switch error {
        case .portInUse: .retry
        case .interrupted(let signal): signal == SIGINT ? .interrupted : .terminated
        case .cannotStart, .endedEarly, .notReady, .notListening: .noTarget
        }
    }
}
