// Goal: the preload library acts in real programs, and changes nothing but their timing.
// Method: a probe whose output tells whether errno, locks, conditions, cancellation, signals and fork still work, and
// real programs, all under noise at half of their calls; the counters of the control page prove that it acted.

import Glibc
import Perturbation
import Testing

@Suite struct PreloadTests {
    static let strong = Noise(seed: 11, probability: 0.5, longestSleep: .microseconds(50))

    @Test(
        "a program computes under noise what it computes without",
        arguments: [
            ("errno", "errno kept"), ("threads", "counted 4000"), ("conditions", "all consumed"),
            ("cancel", "not cancelled"), ("signals", "handled"), ("forks", "children 4"),
        ])
    func unchanged(command: String, answer: String) throws {
        let noise = try Perturbation(plan: Perturbation.plan(mode: .preload, executable: probe))
        #expect(noise.plan.kind == .preload)
        let environment = noise.environment(extending: plainEnvironment, initial: Self.strong)
        let result = try #require(Child.run([probe, command, "1000"], environment))
        #expect(result.lines == [answer])
        #expect(result.status == 0)
        let counters = noise.counters
        #expect(counters.calls >= 1000)
        #expect(counters.delays > 100)
        #expect(counters.processes == (command == "forks" ? 5 : 1))
    }

    @Test("a single thread is delayed exactly where the pure function says")
    func exact() throws {
        let calls = 7 * 500 as UInt64  // the probe's errno command: seven wrapped calls a round
        let expected = (0..<calls).count { Self.strong.delay(thread: 0, call: $0) != .none }
        for _ in 0..<2 {
            let noise = try Perturbation(plan: Perturbation.plan(mode: .preload, executable: probe))
            let environment = noise.environment(extending: plainEnvironment, initial: Self.strong)
            _ = try #require(Child.run([probe, "errno", "500"], environment))
            #expect(noise.counters.delays == UInt64(expected))
            #expect((calls - 7...calls).contains(noise.counters.calls))
        }
    }

    @Test("a target cannot cut the page that it shares with us")
    func pageKeepsItsLength() throws {
        let noise = try Perturbation(plan: Perturbation.plan(mode: .preload, executable: probe))
        let environment = noise.environment(extending: plainEnvironment)
        let path = try #require(environment.values.first { $0.hasPrefix("/proc/\(getpid())/fd/") })
        let page = open(path, O_RDWR)
        #expect(page >= 0)
        defer { close(page) }
        for length in [0, 1, 1 << 20] { #expect(ftruncate(page, length) != 0 && errno == EPERM) }
    }

    @Test("sanitized programs run under noise", arguments: ["address", "thread"])
    func sanitized(kind: String) throws {
        // Skipped where the compiler has no such sanitizer, or the kernel's address layout does not suit it.
        guard let program = compiledProbe(kind, ["-fsanitize=\(kind)"]),
            Child.run([program, "threads", "1"], plainEnvironment)?.status == 0
        else { return }
        for (command, answer) in [("threads", "counted 1200"), ("conditions", "all consumed"), ("forks", "children 4")]
        {
            let noise = try Perturbation(plan: Perturbation.plan(mode: .preload, executable: program))
            let environment = noise.environment(extending: plainEnvironment, initial: Self.strong)
            let result = try #require(Child.run([program, command, "300"], environment))
            #expect(result.lines == [answer])
            #expect(result.status == 0)
            #expect(noise.counters.delays > 100)
        }
    }

    @Test("sites that are switched off are counted, not delayed")
    func sites() throws {
        let noise = try Perturbation(plan: Perturbation.plan(mode: .preload, executable: probe))
        var quiet = Self.strong
        quiet.sites = [.wait, .accept]
        let environment = noise.environment(extending: plainEnvironment, initial: quiet)
        _ = try #require(Child.run([probe, "errno", "500"], environment))
        #expect(noise.counters.calls >= 3493)
        #expect(noise.counters.delays == 0)
    }

    @Test("without the control page the environment is enough")
    func environmentAlone() throws {
        let noise = try Perturbation(plan: Perturbation.plan(mode: .preload, executable: probe))
        var environment = noise.environment(extending: plainEnvironment, initial: Self.strong)
        environment["CROSSFIRE_NOISE_CONTROL"] = "/proc/1/fd/999999"
        let result = try #require(Child.run([probe, "threads", "1000"], environment))
        #expect(result.lines == ["counted 4000"])
        #expect(noise.counters == PerturbationCounters())
    }

    @Test("a control file that is none is left alone", arguments: ["/dev/null", "/etc/passwd", "/", ""])
    func foreignControl(path: String) throws {
        let noise = try Perturbation(plan: Perturbation.plan(mode: .preload, executable: probe))
        var environment = noise.environment(extending: plainEnvironment, initial: Self.strong)
        environment["CROSSFIRE_NOISE_CONTROL"] = path
        let result = try #require(Child.run([probe, "threads", "100"], environment))
        #expect(result.lines == ["counted 400"])
    }

    @Test("a library that is preloaded already stays first")
    func appended() throws {
        let noise = try Perturbation(plan: Perturbation.plan(mode: .preload, executable: "/usr/bin/env"))
        let library = try #require(NativeFile.find("libcrossfire-noise.so"))
        var inherited = plainEnvironment
        inherited["LD_PRELOAD"] = "libm.so.6"
        let environment = noise.environment(extending: inherited, initial: Self.strong)
        let result = try #require(Child.run(["/usr/bin/env"], environment))
        #expect(result.lines.contains("LD_PRELOAD=libm.so.6:\(library)"))
        #expect(result.status == 0)
        #expect(noise.counters.processes == 1)
    }

    @Test("a plan without noise leaves the environment as it is")
    func untouched() throws {
        for (mode, program) in [(PerturbationMode.off, "/bin/true"), (.preload, "/nonexistent")] {
            let noise = try Perturbation(plan: Perturbation.plan(mode: mode, executable: program))
            #expect(noise.environment(extending: plainEnvironment) == plainEnvironment)
        }
    }
}
