import ArgumentParser
import Capture
import Foundation
import Fuzz
import Perturbation
import Report
import Verification
import System
import Wire

extension CommandStatus {
    var exitCode: ExitCode { ExitCode(rawValue) }

    /// What to throw at the end of a command that has come to a verdict; `lost` is what could not be written.
    static func end(
        _ verdict: Verdict, lost: CaptureError? = nil, signal: Int32? = Interruption.signal
    ) -> any Error {
        let status = CommandStatus(verdict, isOutputLost: lost != nil, signal: signal)
        if let lost, status == .outputLost { return Failure(status, "\(lost)") }
        return status.exitCode
    }
}

/// A run that ended without a verdict: one line for standard error, and an exit status.
struct Failure: Error {
    var status: CommandStatus
    var message: String

    init(_ status: CommandStatus, _ message: String) {
        self.status = status
        self.message = message
    }

    /// What each module's errors mean on the command line; nil for the argument parser's own.
    init?(_ error: any Error) {
        switch error {
        case let error as Failure: self = error
        case let error as CaptureError: self.init(Self.status(error), error.description)
        case let error as CampaignError: self.init(Self.status(error), error.description)
        case let error as TargetError: self.init(Self.status(error), error.description)
        case let error as CredentialsError: self.init(Self.status(error), error.description)
        case let error as ScenarioError: self.init(.badInput, error.description)
        case let error as ModelFile.Failure: self.init(.badConfiguration, error.description)
        case let error as Baseline.Failure: self.init(.badConfiguration, error.description)
        case let error as CampaignFolder.Refusal: self.init(.outputLost, error.description)
        case let error as ChosenModel.Failure:
            self.init(error.isOfHistory ? .badInput : .usage, error.description)
        case let error as AskedHistory.Unjudgeable: self.init(.badInput, error.description)
        case let error as NotInCapture: self.init(.badInput, error.description)
        case let error as HistoryError: self.init(.badInput, error.description)
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

    private static func status(_ error: CaptureError) -> CommandStatus {
        switch error {
        case .permission: .noPermission
        case .unreadable: .badInput
        case .badFilter: .usage
        case .unwritable: .outputLost
        case .noSuchInterface: .badInput
        case .system(_, let reason): isPassing(reason) ? .retry : .ownBug
        }
    }

    private static func status(_ error: CampaignError) -> CommandStatus {
        switch error {
        case .nothingToSay: .usage
        case .noTemporaryFolder: .badConfiguration
        }
    }

    private static func status(_ error: CredentialsError) -> CommandStatus {
        switch error {
        case .noVariable, .unreadable, .empty, .notKept: .badConfiguration
        case .notARequest, .noHeader: .usage
        }
    }

    private static func status(_ error: TargetError) -> CommandStatus {
        switch error {
        case .interrupted(let signal): CommandStatus(signal: signal)
        case .commandFailed(let role, _, _, _), .commandTooSlow(let role, _, _, _, _):
            role == .restart ? .noTarget : .badConfiguration
        case .loginRefused: .badConfiguration
        case .cannotStart, .endedEarly, .notReady, .notListening: .noTarget
        }
    }
}
