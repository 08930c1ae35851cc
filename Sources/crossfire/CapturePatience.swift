import ArgumentParser
import Verification

/// How long a client of a capture waits for a reply before its server is said to hang.
struct CapturePatience: ParsableArguments {
    @Option(help: "A server hangs that leaves a request unanswered so long: 2s, 500ms.")
    var hangAfter = Duration(argument: "10s")!

    /// Longer ones than a century are one. Seconds.
    private static let longest = 3.2e9

    var patience: Patience { .capture(hangAfter: Int64(min(hangAfter.seconds, Self.longest) * 1e9)) }
}
