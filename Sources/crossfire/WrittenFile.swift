import Foundation

/// A text for a person, as a file: written aside and then renamed, so that no half of it is ever seen.
enum WrittenFile {
    /// - Throws: `Failure` with the reason.
    static func write(_ text: String, to path: String) throws {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw Failure(.badInput, "cannot write \(path): \(error.localizedDescription)")
        }
    }
}
