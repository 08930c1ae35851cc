import Foundation

/// A tmpfs of a few pages that goes with its owner; nil without the right to mount one.
final class SmallDisk {
    let path: String

    init?(bytes: Int) {
        var template = Array("/tmp/crossfire-disk-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { return nil }
        path = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard mount("crossfire-test", path, "tmpfs", 0, "size=\(bytes)") == 0 else {
            rmdir(path)
            return nil
        }
    }

    deinit {
        umount2(path, Int32(MNT_DETACH))
        rmdir(path)
    }

    /// Leaves no room.
    func fill() {
        let file = open(path + "/.filler", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        let page = [UInt8](repeating: 1, count: 4096)
        while write(file, page, page.count) > 0 {}
        close(file)
    }
}
