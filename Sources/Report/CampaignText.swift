public import Capture
public import Fuzz
public import Verification
import Foundation
import Wire
import System

/// What a campaign says on a terminal.
public struct CampaignText: Sendable {
    private let context: RunContext
    private let style: TerminalStyle

    /// Text for a run, in colour or not.
    public init(_ context: RunContext, style: TerminalStyle) {
        self.context = context
        self.style = style
    }

    /// One line on where the campaign stands; rewritten in place on a terminal.
    public func progress(_ status: CampaignStatus) -> String {
        let rate = Double(status.executions) / max(status.fuzzing.seconds, 0.001)
        let line = String(
            format: "%5.1f s  %@ executions (%@/s)  %@ operations, %@ overlapped  %@ packets, %d dropped  %d findings",
            status.elapsed.seconds, grouped(status.executions), grouped(Int(rate)),
            grouped(status.exercised.operations),
            grouped(status.exercised.overlaps), grouped(status.packets), status.dropped, status.findings)
        return status.slowness.map { "\(line)  \($0)" } ?? line
    }

    /// What is said of an event.
    public enum News: Equatable, Sendable {
        /// A line that stays.
        case line(String)
        /// How it goes: what is said next takes its place.
        case passing(String)
    }

    /// What is said of an event; of a finding, where it was saved, or why it is `lost`, and then its scenario stands here.
    public func news(of event: CampaignEvent, path: String?, lost: CaptureError?) -> [News] {
        switch event {
        case .ready(let address):
            return [.line("\(context.target.text) on \(address), \(context.protocolName), seed \(context.seed)")]
        case .progress(let status): return [.passing(progress(status))]
        case .activity(let words): return [.passing(words)]
        case .acquainted(let known):
            let lines = AcquaintanceText(known, clients: context.clients).lines
            return [.line("what the target does:")] + lines.map(News.line)
        case .unsupportedCommand(let name):
            return [.line("the target does not know \(name); it is left out from now on")]
        case .suspected(let violation, let execution): return [.line(suspected(violation, execution: execution))]
        case .warning(let warning): return [.line(warning)]
        case .avoided(let what): return [.line("\(what) is understood, and left out from now on")]
        case .policy(let noted): return [.line(policy(noted))]
        case .finding(let found):
            let last = News.line(finding(found, path: path))
            guard let lost else { return [last] }
            let scenario = (found.minimized ?? found.scenario).text
            return [.line("\(lost); \(found.id) has this scenario:"), .line(scenario), last]
        }
    }

    /// A violation that is about to be confirmed.
    public func suspected(_ violation: Violation, execution: Int) -> String {
        "execution \(execution): \(style.red(violation.oracle.rawValue)): \(violation.summary)"
    }

    /// What was seen is what the protocol lets a server do.
    private func policy(_ finding: Finding) -> String {
        "\(finding.violation.oracle.rawValue) is noted and no finding: \(LevelText(finding).sentence)"
    }

    /// A finding, with the commands that show it again where it could be saved.
    public func finding(_ finding: Finding, path: String?) -> String {
        var lines = ["\(style.bold(finding.id)) \(path.map { "saved in \($0)" } ?? "is not saved")"]
        lines.append("  must hold: \(finding.violation.oracle.requirement)")
        if let text = reproduction(finding.reproduced) { lines.append("  \(text)") }
        lines.append("  \(LevelText(finding).sentence)")
        if let minimized = finding.minimized {
            lines.append("  minimized from \(steps(finding.scenario)) to \(steps(minimized)) steps")
        }
        guard let path else { return lines.joined(separator: "\n") }
        lines.append("  replay:  crossfire replay \(path)")
        lines.append(
            "  inspect: crossfire inspect \(path)/capture.pcapng --protocol \(context.protocolArgument(in: path))")
        return lines.joined(separator: "\n")
    }

    /// The last words.
    public func summary(_ result: CampaignResult) -> String {
        let status = result.status
        let rate = Double(status.executions) / max(status.fuzzing.seconds, 0.001)
        let verdict =
            switch result.verdict {
            case .held: style.green("held")
            case .violated: style.red("violated")
            case .inconclusive, .nothingTested: style.yellow(result.verdict.rawValue)
            }
        var lines = [
            "\(verdict): \(context.target.text), \(context.protocolName), seed \(context.seed)",
            "  \(grouped(status.executions)) executions in \(String(format: "%.1f", status.elapsed.seconds)) s, "
                + "\(grouped(Int(rate))) a second; perturbation \(context.perturbation)",
            "  \(grouped(status.exercised.operations)) operations, \(overlapText(status.exercised))",
            "  \(grouped(status.packets)) packets "
                + (status.recordedByClients ? "recorded by the clients; " : "captured, \(status.dropped) dropped; ")
                + "\(status.inconclusive) executions inconclusive",
        ]
        if let met = status.difficulty.clientsOnOneObject {
            lines.insert("  on one object at once: \(met.most) clients at most, \(met.median) in the median", at: 3)
        }
        if let text = intervalText(status.exercised.intervals) { lines.append("  \(text)") }
        if let text = status.slowness { lines.append("  \(text)") }
        if let text = undecidedText(status) { lines.append("  \(text)") }
        for reason in result.inconclusiveReasons.prefix(3) { lines.append("    inconclusive: \(reason)") }
        if !status.unsupportedCommands.isEmpty {
            lines.append("  the target does not know \(status.unsupportedCommands.joined(separator: ", "))")
        }
        if let text = refusalText(status) { lines.append("  \(text)") }
        if !status.avoided.isEmpty {
            lines.append("  left out since it was understood: \(status.avoided.joined(separator: ", "))")
        }
        for policy in status.policies { lines.append("  policy: \(policy)") }
        if status.crashes > 0 { lines.append("  the target died \(status.crashes) times") }
        for finding in result.findings {
            lines.append("  \(style.red(finding.id)): \(finding.violation.summary)")
            if let blame = finding.violation.blame { lines.append("    blame: \(blame)") }
            if let seen = reproduction(finding.reproduced) { lines.append("    \(seen)") }
            lines.append("    \(LevelText(finding).sentence)")
        }
        if let signal = result.interruptedBy { lines.append("  interrupted by signal \(signal)") }
        return lines.joined(separator: "\n")
    }

    /// `reproduced 19 of 20 tries (95 % interval 76–99 %)`.
    public func reproduction(_ reproduction: Finding.Reproduction?) -> String? {
        guard let reproduction, let interval = reproduction.interval else { return nil }
        let tries = String(
            format: "reproduced in %d of %d tries (95 %% interval %.0f to %.0f %%), up to %d executions each on %@",
            reproduction.hits, reproduction.tries, interval.low * 100, interval.high * 100,
            reproduction.executionsPerTry, reproduction.freshTarget ? "a fresh target" : "the same target")
        guard let look = reproduction.longerLook else { return tries }
        let executions = grouped(look.executions)
        return tries
            + (look.showed ? "; then after \(executions) executions in a row" : "; nor in \(executions) in a row")
    }

    /// What could not be judged in time, what is to blame, and what to do.
    private func undecidedText(_ status: CampaignStatus) -> String? {
        guard status.difficulty.undecided > 0 else { return nil }
        let words = "\(status.difficulty.undecided) executions were too hard to judge in time"
        guard let culprit = status.difficulty.culprit,
            status.difficulty.undecided * Campaign.toleratedInconclusive > status.judged
        else { return words }
        return "\(words), most for \(culprit): take fewer --clients, or fewer operations each"
    }

    /// `2,093 of 2,093 replies were refusals, most often ERR\n: nothing was tested`.
    private func refusalText(_ status: CampaignStatus) -> String? {
        let exercised = status.exercised
        guard exercised.refused > 0, let refusal = status.commonestRefusal else { return nil }
        let counts =
            "\(grouped(exercised.refused)) of \(grouped(exercised.answered)) replies were refusals, most often "
            + refusal
        return exercised.isMostlyRefused ? "\(counts): nothing was tested" : counts
    }

    private func overlapText(_ exercised: Exercised) -> String {
        let what = context.protocolName == "resp" ? "operations on the same key" : "exchanges of different clients"
        return exercised.overlaps == 0
            ? "no \(what) overlapped, so no race was tested" : "\(what) overlapped \(grouped(exercised.overlaps)) times"
    }

    /// `intervals on the wire are 2.3 times narrower than the clients' (41 µs against 96 µs)`.
    private func intervalText(_ intervals: IntervalComparison) -> String? {
        guard let means = intervals.means else { return nil }
        let (wire, client) = (Int64(means.wire), Int64(means.client))
        return String(
            format: "intervals on the wire are %.1f times narrower than the clients'", means.client / max(means.wire, 1)
        )
            + " (\(duration(nanoseconds: wire)) against \(duration(nanoseconds: client)))"
    }

    private func steps(_ scenario: Scenario) -> Int {
        scenario.blocks.reduce(0) { $0 + $1.steps.count }
    }
}

/// Digits in groups of three: `41,203`.
func grouped(_ number: Int) -> String {
    var digits = String(abs(number))
    var groups: [String] = []
    while digits.count > 3 {
        groups.insert(String(digits.suffix(3)), at: 0)
        digits.removeLast(3)
    }
    groups.insert(digits, at: 0)
    return (number < 0 ? "-" : "") + groups.joined(separator: ",")
}
