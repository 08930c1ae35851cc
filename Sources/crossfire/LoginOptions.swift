import ArgumentParser
import Fuzz

/// How clients log in.
struct LoginOptions: ParsableArguments {
    @Option(
        name: .customLong("login"),
        help: ArgumentHelp(
            "A request, as a scenario's send has it, that each connection begins with, as 'AUTH app {env:PASSWORD}'; its answer is awaited. Several are said one after the other. A secret is taken from {env:NAME} or {file:PATH}, also in --header, --env, the commands and the target's own, and is in nothing that is saved or printed.",
            valueName: "request"))
    var requests: [String] = []

    @Option(
        name: .customLong("header"),
        help: ArgumentHelp(
            "A field of each request's header, for http: 'Authorization: Bearer {env:TOKEN}'. Repeatable.",
            valueName: "field"))
    var headers: [String] = []

    /// The login, with what is said here in place of what was said before.
    func login(_ before: Login = Login()) -> Login {
        Login(
            requests: requests.isEmpty ? before.requests : requests.map(Self.braced),
            headers: headers.isEmpty ? before.headers : headers.map(Self.braced))
    }

    /// A word `env:NAME` is `{env:NAME}`.
    private static func braced(_ text: String) -> String {
        text.split(separator: " ", omittingEmptySubsequences: false).map { word in
            word.hasPrefix("env:") || word.hasPrefix("file:") ? "{\(word)}" : String(word)
        }.joined(separator: " ")
    }
}
