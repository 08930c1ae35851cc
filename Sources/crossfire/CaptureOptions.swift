public import ArgumentParser
public import Capture
import Verification

/// How long a client of a capture waits for a reply before its server is said to hang.
struct CapturePatience: ParsableArguments {
    @Option(help: "A server hangs that leaves a request unanswered so long: 2s, 500ms.")
    var hangAfter = Duration.seconds(10)

    var silenceLimits: SilenceLimits { .capture(hangAfter: hangAfter) }
}

extension FlowTransport: ExpressibleByArgument {}
