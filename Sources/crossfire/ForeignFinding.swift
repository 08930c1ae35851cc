import Foundation
import Report

/// A finding's folder says which command to run: one that this user has not written is run only when he has seen it.
enum ForeignFinding {
    /// Returns where the finding is this user's, or he agrees.
    ///
    /// - Throws: `Failure`, 64, where there is nobody to ask, or he does not agree.
    static func confirm(_ folder: String, _ target: TargetDescription) throws {
        if FindingMarks.own.contains(folder) { return }
        let what = "\(folder) was not written by your crossfire; it \(action(target))"
        guard isatty(0) == 1, isatty(2) == 1 else {
            throw Failure(.usage, "\(what); give --yes to allow that, or a target of your own")
        }
        Console.note("\(what)\nGo on? [y/N]")
        guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else {
            throw Failure(.usage, "nothing was run")
        }
    }

    /// Each word by itself: what a shell would take apart stays together.
    private static func action(_ target: TargetDescription) -> String {
        switch target {
        case .command(let words, _): "runs the command: " + words.map(quoted).joined(separator: " ")
        case .server(let name): "runs the reference server \(name)"
        case .connect(let address): "talks to the server on \(address)"
        }
    }

    private static func quoted(_ word: String) -> String {
        let isPlain = word.allSatisfy { letter in
            letter.isASCII && (letter.isLetter || letter.isNumber) || "/._-=:,+@%{}".contains(letter)
        }
        guard !isPlain || word.isEmpty else { return word }
        // On one line, as a shell would take it.
        let escapes = [("\\", "\\\\"), ("'", "\\'"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")]
        return "$'" + escapes.reduce(word) { $0.replacingOccurrences(of: $1.0, with: $1.1) } + "'"
    }
}
