import Glibc

/// A tmpfs of a few pages that goes with its owner; nil without the right to mount one. The tests of other modules have this
/// file by a link.
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

    /// From now on nothing can be written. mount(2)
    func makeReadOnly() {
        _ = mount("crossfire-test", path, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), nil)
    }

    /// Leaves no room, or some bytes of it.
    func fill(leaving bytes: Int = 0) {
        let file = open(path + "/.filler", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        let page = [UInt8](repeating: 1, count: 4096)
        while write(file, page, page.count) > 0 {}
        let size = lseek(file, 0, SEEK_END)
        ftruncate(file, max(0, size - off_t(bytes)))
        close(file)
    }
}
