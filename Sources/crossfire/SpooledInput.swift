import Capture
import Foundation
import Fuzz

/// Standard input as a file, for what reads a capture twice.
struct SpooledInput {
    private let scratch: ScratchDirectory
    let path: String

    /// Reads it all, into a file for this user alone.
    init() throws {
        scratch = try ScratchDirectory()
        path = scratch.path + "/input"
        var file = try PendingFile(path: path)
        while let piece = try FileHandle.standardInput.read(upToCount: 1 << 20), !piece.isEmpty {
            try file.write(Array(piece))
        }
        try file.commit()
    }
}
