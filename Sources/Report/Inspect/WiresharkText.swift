public import Capture

/// `crossfire inspect --tshark`: Wireshark's own flags, one line per flagged frame.
public enum WiresharkText {
    /// `frame⇥stream⇥flag,flag`: as `tshark -T fields -e frame.number -e tcp.stream` with the names of the
    /// `tcp.analysis.*` fields that are set; nil where none is.
    public static func line(_ frame: WiresharkAnalysis.Frame) -> String? {
        frame.flags.isEmpty
            ? nil : "\(frame.number)\t\(frame.stream)\t\(frame.flags.setNames.joined(separator: ","))"
    }
}
