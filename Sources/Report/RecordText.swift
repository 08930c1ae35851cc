public import Capture

/// What `crossfire capture record` says at its end.
public enum RecordText {
    /// Packets, drops by interface, what is missing, and the files.
    public static func lines(_ outcome: CaptureRecorder.Outcome, interfaces: [String]) -> [String] {
        var lines: [String] = []
        for (name, counts) in zip(interfaces, outcome.statistics) {
            lines.append(
                "\(name): \(counts.received) received, \(counts.dropped) dropped, "
                    + "\(counts.interfaceDropped) dropped by the interface")
        }
        lines += outcome.gaps.map { "incomplete: \($0)" }
        let files = outcome.files.count > 1 ? "\(outcome.files.count) files, the last " : ""
        lines.append(
            "\(count(outcome.packets, "packet")) recorded, \(outcome.isComplete ? "complete" : "NOT complete"); "
                + "\(files)\(outcome.files.last ?? "no file")")
        return lines
    }
}
