public import Capture
import Foundation
public import Fuzz
import System

/// A campaign's folder: its findings as they are complete, `status.json` on the way, `summary.json` in the end.
///
/// What cannot be written changes no verdict: it is kept in `lost`, and the campaign goes on.
public struct CampaignFolder {
    /// The folders of the findings, by id.
    public private(set) var paths: [String: String] = [:]
    /// What could not be written, the first of it.
    public private(set) var lost: CaptureError?
    /// A folder that cannot be made.
    public struct Refusal: Error, Equatable, CustomStringConvertible, Sendable {
        /// Its path.
        public var folder: String
        /// Why.
        public var reason: String

        /// One line for a person.
        public var description: String { "cannot make the folder '\(folder)': \(reason)" }
    }

    private let folder: String
    private let context: RunContext
    private let store: FindingStore
    private var status: CampaignStatusFile

    /// Makes the folder, and takes away what killed campaigns left half-written in it. What is saved is noted in `marks`.
    ///
    /// - Throws: `Refusal`, where there can be no such folder.
    public init(_ folder: String, _ context: RunContext, marks: FindingMarks? = nil) throws(Refusal) {
        do {
            try OwnFolder.make(folder)
        } catch {
            throw Refusal(folder: folder, reason: error.description)
        }
        self.folder = folder
        self.context = context
        store = FindingStore(campaign: folder, marks: marks)
        store.removeLeftovers()
        status = CampaignStatusFile(folder: folder, context)
    }

    /// Keeps what an event tells.
    ///
    /// - Returns: why a finding could not be saved.
    public mutating func keep(_ event: CampaignEvent) -> CaptureError? {
        switch event {
        case .progress(let progress): status.note(progress)
        case .activity(let words): status.note(activity: words)
        case .finding(let finding):
            do throws(CaptureError) {
                paths[finding.id] = try store.save(finding, context)
            } catch {
                lost = lost ?? error
                return error
            }
        case .acquainted(let known):
            keep("target.json") { try AcquaintanceRecord(known).write(to: $0) }
        case .ready, .unsupportedCommand, .suspected, .warning, .policy, .avoided: break
        }
        return nil
    }

    /// The campaign ended without a result.
    public func fail(_ error: any Error) { status.fail("\(error)") }

    /// The campaign is over; its summary is written.
    public mutating func end(_ result: CampaignResult) -> CampaignSummary {
        status.end(result)
        let summary = CampaignSummary(result, context, paths: paths)
        keep("summary.json") { try summary.write(to: $0) }
        return summary
    }

    private mutating func keep(_ file: String, write: (String) throws -> Void) {
        let path = "\(folder)/\(file)"
        do {
            try write(path)
        } catch {
            lost = lost ?? error as? CaptureError ?? .unwritable(path: path, reason: "\(error)")
        }
    }
}
