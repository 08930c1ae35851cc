import Foundation
import Testing

/// Waits for what is written into the files of a folder. inotify(7)
final class FolderWatch {
    private let descriptor: Int32

    init(_ path: String) throws {
        descriptor = inotify_init1(Int32(IN_CLOEXEC))
        try #require(descriptor >= 0 && inotify_add_watch(descriptor, path, UInt32(IN_MODIFY | IN_CREATE)) >= 0)
    }

    deinit { close(descriptor) }

    /// Waits for a change since the last wait, or since the watch was made.
    func wait() {
        var events = [UInt8](repeating: 0, count: 4096)
        _ = read(descriptor, &events, events.count)
    }
}
