/// Variables that make sanitizers and runtimes tell where a fault is, for targets whose user has not said otherwise.
enum DiagnosticVariables {
    /// The environment with them: `UBSAN_OPTIONS` is extended where it is silent about stacks.
    static func added(to environment: [String: String]) -> [String: String] {
        var result = environment
        if result["RUST_BACKTRACE"] == nil { result["RUST_BACKTRACE"] = "1" }
        let options = result["UBSAN_OPTIONS"] ?? ""
        if !options.contains("print_stacktrace") {
            result["UBSAN_OPTIONS"] = options.isEmpty ? stacks : "\(options):\(stacks)"
        }
        return result
    }

    private static let stacks = "print_stacktrace=1"
}
