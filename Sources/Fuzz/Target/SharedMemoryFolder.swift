import Glibc

/// /dev/shm, where the shared memory and the semaphores of POSIX have their names: shm_overview(7).
enum SharedMemoryFolder {
    private static let path = "/dev/shm"

    /// What a target with these words keeps to itself: in a network of our own also this folder, unless its program, an
    /// argument or a folder that it works in lies there.
    static func keeping(
        for words: [String], in folders: [String], isPrivate: Bool
    ) -> GuardedProcess.Start.Keeping {
        let isNeeded = (words + folders).contains { $0.contains(path) || isInside($0) }
        return isPrivate && !isNeeded ? .groupAndSharedMemory : .group
    }

    private static func isInside(_ name: String) -> Bool {
        guard let real = realpath(name, nil) else { return false }
        defer { free(real) }
        return String(cString: real).hasPrefix(path)
    }
}
