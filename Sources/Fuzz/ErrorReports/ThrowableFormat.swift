/// Exceptions whose frames begin with `at`: of Java, .NET and JavaScript. Of those that Java names as causes the last counts.
struct ThrowableFormat: ReportFormat {
    func report(in text: ReportLines, at start: Int) -> (ErrorReport, end: Int)? {
        guard Self.frame(text[start]) == nil, Self.frame(text[start + 1]) != nil, let type = Self.type(text[start])
        else {
            return nil
        }
        var (kind, stack) = (type, text.stack(from: start + 1, Self.frame))
        while let cause = Self.cause(text[stack.end]) {
            let more = text.stack(from: stack.end + 1, skip: { $0.hasPrefix("\t... ") }, Self.frame)
            (kind, stack) = (cause, more)
        }
        return (
            ErrorReport(
                "runtime", .exception, kind: kind, headline: text[start], stacks: [stack.frames],
                lines: text[start..<stack.end]), stack.end
        )
    }

    /// `Exception in thread "x" java.lang.IllegalStateException: …`, `Unhandled exception. System.IO.IOException: …`,
    /// `TypeError: …`: the type, without its package.
    private static func type(_ line: String) -> String? {
        line.firstMatch(
            of: #/^(?:Exception in thread "[^"]*" |Unhandled [Ee]xception[.:] |Uncaught )?([A-Za-z_$][\w$.]*)(?::|$)/#
        )
        .map { String($0.1.split(separator: ".").last ?? $0.1) }
    }

    private static func cause(_ line: String) -> String? {
        guard line.trimmed.hasPrefix("Caused by: ") else { return nil }
        return type(String(line.trimmed.dropFirst("Caused by: ".count)))
    }

    /// `\tat J.get(J.java:2)`, `    at async Store.get (/srv/kv.js:1:45)`, `   at Kv.Store.Get(String key) in /srv/Kv.cs:line 3`.
    private static func frame(_ line: String) -> String? {
        guard let match = line.prefixMatch(of: #/\s+at (?:async |new )?(.*)/#) else { return nil }
        var name = match.1
        if let module = name.prefixMatch(of: #/[\w.]+(?:@[\w.]+)?/(?=[\w.]+\()/#) {
            name = name[module.range.upperBound...]
        }
        if let place = name.firstMatch(of: #/ \((?:[^()]*)\)$/#) {
            // node's own modules.
            if place.0.contains("(node:") { return "" }
            name = name[..<place.range.lowerBound]
        }
        name = name.prefix { $0 != "(" }
        // Lambdas are numbered.
        let plain = String(name).replacing(#/lambda\$(\w+)\$\d+/#) { "lambda$\($0.1)" }
        return plain.contains("/") || plain.hasPrefix("node:") ? "" : plain
    }
}
