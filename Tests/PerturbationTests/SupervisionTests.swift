// Goal: supervised system calls change nothing but timing and the errors asked for, in dynamic and static programs,
// and nothing hangs when the supervisor goes away.
// Method: the probe of the preload tests under the launcher; skipped where the machine refuses supervision (a
// container's seccomp profile, a kernel before 5.5).

import Glibc
import Perturbation
import Testing

let supervisionRefused = Perturbation.plan(mode: .syscalls, executable: "/bin/true").kind != .syscalls

@Suite(.disabled(if: supervisionRefused)) struct SupervisionTests {
    static let strong = Noise(seed: 5, probability: 0.5, longestSleep: .microseconds(50))

    private func supervised(_ program: String) throws -> Perturbation {
        let noise = try Perturbation(plan: Perturbation.plan(mode: .syscalls, executable: program))
        #expect(noise.plan.kind == .syscalls)
        noise.set(Self.strong)
        return noise
    }

    @Test(
        "a program computes under supervision what it computes without",
        arguments: [
            ("errno", "errno kept"), ("threads", "counted 4000"), ("conditions", "all consumed"),
            ("signals", "handled"), ("forks", "children 4"), ("faults", "0 0 0 0"),
        ])
    func unchanged(command: String, answer: String) throws {
        for program in [probe, staticProbe].compactMap({ $0 }) {
            let noise = try supervised(program)
            let result = try #require(Child.run(noise.command([program, command, "1000"]), plainEnvironment))
            #expect(result.lines == [answer])
            #expect(result.status == 0)
            #expect(noise.counters.processes == 1)
            #expect(noise.counters.failures == 0)
        }
    }

    @Test("a single thread is delayed exactly where the pure function says")
    func exact() throws {
        let noise = try supervised(probe)
        _ = try #require(Child.run(noise.command([probe, "errno", "500"]), plainEnvironment))
        let counters = noise.counters
        #expect(counters.calls >= 1000)
        let expected = (0..<counters.calls).count { Self.strong.delay(thread: 0, call: $0) != .none }
        #expect(counters.delays == UInt64(expected))
    }

    @Test("errors are injected as often as counted, and nothing is lost by them")
    func faults() throws {
        let noise = try supervised(probe)
        // Not EINTR at input: that would hit the loader, which does not expect it.
        noise.set(.none, faults: SyscallFaults(probability: 0.2, kinds: [.abortedAccept, .noDescriptor]))
        let result = try #require(Child.run(noise.command([probe, "faults", "500"]), plainEnvironment))
        let counts = try #require(result.lines.first).split(separator: " ").compactMap { UInt64($0) }
        #expect(result.status == 0)
        try #require(counts.count == 4)
        #expect(counts[0] == 0 && counts[1] > 0 && counts[2] > 0 && counts[3] == 0)
        #expect(counts[1] + counts[2] == noise.counters.failures)
    }

    @Test("a read is interrupted while the program runs")
    func interrupted() throws {
        let noise = try supervised(probe)
        let child = try #require(Child(noise.command([probe, "until-error"]), plainEnvironment))
        #expect(child.line() == "reading")
        noise.set(.none, faults: SyscallFaults(probability: 0.01, kinds: .interruptedInput))
        #expect(child.wait() == EINTR)
    }

    @Test("when the supervisor goes away, the target fails and does not hang")
    func abandoned() throws {
        var noise: Perturbation? = try supervised(probe)
        let child = try #require(Child(noise!.command([probe, "until-error"]), plainEnvironment))
        #expect(child.line() == "reading")
        noise = nil
        #expect(child.wait() == ENOSYS)
    }

    @Test("several programs are supervised at a time, and their ends are noticed")
    func several() throws {
        let noise = try supervised(probe)
        let children = try (0..<3).map { _ in
            try #require(Child(noise.command([probe, "threads", "500"]), plainEnvironment))
        }
        for child in children {
            #expect(child.line() == "counted 2000")
            #expect(child.wait() == 0)
        }
        let killed = try #require(Child(noise.command([probe, "until-error"]), plainEnvironment))
        #expect(killed.line() == "reading")
        killed.stop()
        let after = try #require(Child.run(noise.command([probe, "forks", "100"]), plainEnvironment))
        #expect(after.lines == ["children 4"])
        #expect(noise.counters.processes == 5)
    }

    @Test("a program that does not exist, and a supervisor that does not, are told by the exit status")
    func failures() throws {
        let noise = try supervised(probe)
        #expect(Child.run(noise.command(["/nonexistent"]), plainEnvironment)?.status == 127)
        let launcher = try #require(NativeFile.find("crossfire-launch"))
        #expect(Child.run([launcher, "crossfire-nobody", "/bin/true"], plainEnvironment)?.status == 69)
        #expect(Child.run([launcher], plainEnvironment)?.status == 64)
    }

    @Test("a machine which refuses supervision is found out")
    func refused() throws {
        // Linux allows one supervisor of a process: under ours, the check must fail.
        let noise = try supervised(probe)
        let launcher = try #require(NativeFile.find("crossfire-launch"))
        let result = try #require(Child.run(noise.command([launcher, "--check"]), plainEnvironment))
        #expect(result.lines == ["seccomp user notification: Device or resource busy"])
        #expect(result.status == 1)
    }

    @Test("auto preloads what can be preloaded and supervises what cannot")
    func auto() throws {
        #expect(Perturbation.plan(mode: .auto, executable: probe).kind == .preload)
        let asked = Perturbation.plan(mode: .syscalls, executable: "/bin/true")
        #expect(asked.explanation == "Supervised system calls: as asked, for /bin/true.")
        guard let program = staticProbe else { return }
        let plan = Perturbation.plan(mode: .auto, executable: program)
        #expect(plan.kind == .syscalls)
        #expect(
            plan.explanation
                == "Supervised system calls: \(program) is a static program, so nothing can be preloaded.")
    }
}
