import CNoise
import Glibc

/// A command's program, found and looked at as the kernel would: search path, scripts' interpreters, ELF.
package enum Executable: Equatable, Sendable {
    /// Dynamic against glibc: a library can be preloaded. The path is that of the ELF file. The sanitizer runtimes
    /// that it names must stay in front of what is preloaded: AddressSanitizer refuses to start otherwise,
    /// ThreadSanitizer misses calls.
    case preloadable(path: String, runtimes: [String] = [])
    /// Nothing can be preloaded, but its system calls can be supervised. The reason is a clause: "/bin/x is a static
    /// program".
    case supervisable(path: String, reason: String)
    /// It can be started, but not perturbed.
    case immune(path: String, reason: String)
    /// It cannot be started.
    case unusable(reason: String)

    /// Interpreters of interpreters that the kernel follows.
    static let scriptDepthLimit = 4
    /// The kernel reads no more of a script's first line (`BINPRM_BUF_SIZE`).
    static let scriptLineLimit = 256

    /// Looks at what `execvp` would start for a name.
    package static func inspect(_ name: String, searchPath: String = environment("PATH") ?? "/usr/bin:/bin") -> Self {
        var name = name
        for _ in 0...scriptDepthLimit {
            guard let path = find(name, searchPath) else {
                return .unusable(reason: "\(name) is not an executable file")
            }
            guard let file = ReadableFile(path) else {
                return .supervisable(path: path, reason: "\(path) cannot be read")
            }
            do {
                return judge(try ELFImage { file.bytes(at: $0, count: $1) }, path)
            } catch {
                if case .damaged(let text) = error { return .immune(path: path, reason: "\(path): \(text)") }
            }
            guard let next = interpreter(of: file.bytes(at: 0, count: scriptLineLimit)) else {
                return .immune(path: path, reason: "\(path) is neither an ELF program nor a script")
            }
            name = next
        }
        return .unusable(reason: "\(name) is a script of more than \(scriptDepthLimit) interpreters")
    }

    /// The program that runs a script beginning with these bytes; nil if it is no script. Looks through `env`.
    package static func interpreter(of head: [UInt8]) -> String? {
        guard head.starts(with: [0x23, 0x21]) else { return nil }
        let line = head.dropFirst(2).prefix { $0 != 0x0A }
        let words = line.split { $0 == 0x20 || $0 == 0x09 }.map { String(decoding: $0, as: UTF8.self) }
        guard let first = words.first else { return nil }
        guard first.split(separator: "/").last == "env" else { return first }
        return words.dropFirst().first { !$0.hasPrefix("-") && !$0.contains("=") }
    }

    static func judge(_ image: ELFImage, _ path: String) -> Self {
        if image.bits != 64 || image.machine != ownMachine {
            let machine = "\(image.bits) bits, ELF machine \(image.machine)"
            return .immune(path: path, reason: "\(path) is for another machine (\(machine))")
        }
        if changesIdentity(path) {
            let reason = "\(path) runs with other rights than its caller, which excludes preloading and supervision"
            return .immune(path: path, reason: reason)
        }
        if image.isGo {
            let reason = "\(path) is a Go program, which makes its system calls without libc"
            return .supervisable(path: path, reason: reason)
        }
        guard let loader = image.interpreter else {
            return .supervisable(path: path, reason: "\(path) is a static program")
        }
        guard isGlibcLoader(loader) else {
            return .supervisable(path: path, reason: "\(path) uses \(loader), not glibc")
        }
        return .preloadable(path: path, runtimes: image.needed.filter(isSanitizer))
    }

    private static func isSanitizer(_ library: String) -> Bool {
        ["libasan.so", "libhwasan.so", "libtsan.so", "liblsan.so", "libclang_rt."].contains { library.hasPrefix($0) }
    }

    private static var ownMachine: UInt16 {
        #if arch(arm64)
            183
        #else
            62
        #endif
    }

    private static func isGlibcLoader(_ path: String) -> Bool {
        guard let name = path.split(separator: "/").last else { return false }
        return name.hasPrefix("ld-linux") || name == "ld64.so.2"
    }

    private static func changesIdentity(_ path: String) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { return false }
        if status.st_mode & S_ISUID != 0 && status.st_uid != geteuid() { return true }
        if status.st_mode & S_ISGID != 0 && status.st_gid != getegid() { return true }
        return geteuid() != 0 && cf_noise_has_capabilities(path) != 0
    }

    private static func find(_ name: String, _ searchPath: String) -> String? {
        let folders = searchPath.split(separator: ":", omittingEmptySubsequences: false)
        let candidates = name.contains("/") ? [name] : folders.map { "\($0.isEmpty ? "." : $0)/\(name)" }
        return candidates.first { candidate in
            var status = stat()
            return stat(candidate, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(candidate, X_OK) == 0
        }
    }
}

/// A variable of our own environment. Maps to `getenv`.
package func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
}
