import ArgumentParser
import Capture

/// `--decode`: which UDP ports carry packets.
struct DecodeOptions: ParsableArguments {
    @Option(
        name: .customLong("decode"),
        help: ArgumentHelp(
            "What UDP datagrams to or from a port carry: udp.port=8472,vxlan; also ranges: udp.port=7000-7010,gtp.",
            discussion: """
                Known: \(UDPDecoding.Payload.names). Without rules, the assigned ports of these and VXLAN at 8472; data \
                shows a tunnel's own datagrams.
                """,
            valueName: "rule"))
    var rules: [String] = []

    /// Refuses rules that are none.
    func validate() throws {
        for rule in rules {
            var decoding = UDPDecoding.usual
            guard decoding.add(rule) else {
                throw ValidationError(
                    "--decode wants udp.port=PORT,WHAT with one of \(UDPDecoding.Payload.names), not '\(rule)'")
            }
        }
    }

    /// The usual ports and the rules.
    var decoding: UDPDecoding {
        var decoding = UDPDecoding.usual
        for rule in rules { _ = decoding.add(rule) }
        return decoding
    }
}
