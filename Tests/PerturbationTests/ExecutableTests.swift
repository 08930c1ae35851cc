// Goal: it is known, before a target starts, whether a library can be preloaded into it, and if not, why.
// Method: real programs of the machine, scripts written by the test, and ELF files changed byte by byte, none of
// which may trap.

import Glibc
import Perturbation
import Testing

@Suite struct ExecutableTests {
    @Test(
        "nothing is preloaded into what valgrind runs: it supervises system calls, where the machine permits, and says why"
    )
    func wrapper() {
        for name in ["valgrind", "/usr/bin/valgrind"]
        where Executable.inspect(name) != .unusable(reason: "\(name) is not an executable file") {
            for mode in [PerturbationMode.auto, .preload] {
                let plan = Perturbation.plan(mode: mode, executable: name)
                #expect(plan.kind != .preload)
                #expect(plan.explanation.contains("valgrind cannot read"))
            }
        }
    }

    @Test("a dynamic program can be preloaded, by path and by name")
    func dynamic() {
        #expect(Executable.inspect("/bin/true") == .preloadable(path: "/bin/true"))
        #expect(Executable.inspect("true", searchPath: "/nowhere:/bin") == .preloadable(path: "/bin/true"))
        let plan = Perturbation.plan(mode: .auto, executable: "/bin/true")
        #expect(plan.kind == .preload)
        #expect(plan.explanation == "Preloaded noise: /bin/true is dynamic against glibc.")
    }

    @Test("nothing is done when nothing is asked for")
    func off() {
        #expect(Perturbation.plan(mode: .off, executable: "/nonexistent").kind == .off)
        #expect(Perturbation.planForForeignTarget(mode: .off).kind == .off)
        #expect(Perturbation.planForForeignTarget(mode: .auto).kind == .unavailable)
    }

    @Test("a missing program is told apart from one that cannot be preloaded")
    func missing() {
        #expect(
            Perturbation.plan(mode: .preload, executable: "/nonexistent")
                == Perturbation.plan(mode: .auto, executable: "/nonexistent"))
        #expect(Executable.inspect("/nonexistent") == .unusable(reason: "/nonexistent is not an executable file"))
        #expect(Executable.inspect("/etc/passwd") == .unusable(reason: "/etc/passwd is not an executable file"))
        #expect(Executable.inspect("/tmp") == .unusable(reason: "/tmp is not an executable file"))
    }

    @Test("scripts are judged by what runs them")
    func scripts() {
        let folder = Folder()
        let shell = folder.file("a", "#!/bin/sh\nexit 0\n")
        let outer = folder.file("b", "#!\(shell) -x\n")
        let own = folder.file("c", "#!\(folder.path)/c\n")
        let text = folder.file("d", "echo hello\n")
        let byName = folder.file("e", "#! /usr/bin/env -S LANG=C true\n")
        #expect(Executable.inspect(shell) == .preloadable(path: "/bin/sh"))
        #expect(Executable.inspect(outer) == .preloadable(path: "/bin/sh"))
        #expect(Executable.inspect(byName, searchPath: "/bin") == .preloadable(path: "/bin/true"))
        #expect(Executable.inspect(own) == .unusable(reason: "\(own) is a script of more than 4 interpreters"))
        #expect(
            Executable.inspect(text) == .immune(path: text, reason: "\(text) is neither an ELF program nor a script"))
    }

    @Test("a static program cannot be preloaded", .enabled(if: staticProbe != nil))  // needs a compiler and static libc
    func fixed() throws {
        let program = try #require(staticProbe)
        #expect(Executable.inspect(program) == .supervisable(path: program, reason: "\(program) is a static program"))
        let plan = Perturbation.plan(mode: .preload, executable: program)
        #expect(plan.kind == .unavailable)
        #expect(plan.explanation == "No preloaded noise: \(program) is a static program.")
    }

    @Test("the preload library needs libc and nothing else")
    func library() throws {
        let path = try #require(NativeFile.find("libcrossfire-noise.so"))
        let bytes = contents(path)
        let image = try ELFImage { bytes.slice(at: $0, count: $1) }
        #expect(image.needed == ["libc.so.6"])
    }

    @Test("every truncation and many changed bytes of an ELF file give an answer")
    func damaged() {
        let bytes = contents("/bin/true")
        var answers = 0
        for length in 0..<1200 {
            let short = Array(bytes.prefix(length))
            if (try? ELFImage { short.slice(at: $0, count: $1) }) == nil { answers += 1 }
        }
        #expect(answers >= 64)
        for seed in 0..<4000 as Range<UInt64> {
            var changed = bytes
            for draw in 0..<4 as Range<UInt64> {
                let random = Noise.child(of: seed, fork: UInt32(draw))
                changed[Int(random % 900)] = UInt8(truncatingIfNeeded: random >> 32)
            }
            _ = try? ELFImage { changed.slice(at: $0, count: $1) }
        }
    }

    @Test("a Go program is known by its note")
    func goNote() throws {
        var file = [UInt8](repeating: 0, count: 256)
        file.replaceSubrange(0..<6, with: [0x7F, 0x45, 0x4C, 0x46, 2, 1])
        file[18] = 62
        file[32] = 64  // program headers
        file[54] = 56
        file[56] = 1
        file[64] = 4  // PT_NOTE
        file[72] = 128  // offset
        file[96] = 64  // size
        file.replaceSubrange(128..<144, with: [4, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0x47, 0x6F, 0, 0])
        let image = try ELFImage { file.slice(at: $0, count: $1) }
        #expect(image.isGo)
        #expect(image.interpreter == nil)
    }
}

extension [UInt8] {
    fileprivate func slice(at offset: UInt64, count length: Int) -> [UInt8] {
        guard offset < UInt64(count) else { return [] }
        return Array(self[Int(offset)...].prefix(length))
    }
}

private func contents(_ path: String) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    defer { _ = close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = read(descriptor, &bytes, bytes.count)
    return Array(bytes.prefix(max(0, count)))
}
