import Fuzz
import Glibc
import Perturbation
import Testing

/// Goal: what we start is watched, and nothing of it is left when it is stopped. Method: short shell scripts that tell the
/// numbers of their processes in their output.
@Suite("Processes of targets")
struct TargetProcessTests {
    let folder = TemporaryFolder()

    func start(_ words: [String]) throws -> TargetProcess {
        try TargetProcess(
            words: words, directory: folder.path, logPath: folder.path + "/target.log",
            environment: GuardedProcess.inheritedEnvironment, name: words.joined(separator: " "))
    }

    /// Starts a shell script, and waits until it has said so many lines.
    func start(_ script: String, lines: Int) throws -> (process: TargetProcess, lines: [String]) {
        let process = try start(["/bin/sh", "-c", script])
        func said() -> [String] {
            let output = process.output()
            return output.hasSuffix("\n") ? output.split(separator: "\n").map(String.init) : []
        }
        #expect(eventually { said().count >= lines }, "it said: \(process.output())")
        return (process, said())
    }

    /// Neither running nor a zombie.
    func isGone(_ pid: pid_t) -> Bool { kill(pid, 0) == -1 && errno == ESRCH }

    @Test("a command that ends at once, and what it said")
    func endsAtOnce() throws {
        let process = try start(["/bin/sh", "-c", "echo hello; echo trouble >&2; pwd; exit 7"])
        #expect(process.ends(withinMilliseconds: 10_000))
        #expect(process.poll() == .exited(status: 7))
        #expect(process.output() == "hello\ntrouble\n\(folder.path)\n")
        #expect(process.output(limit: 4) == String("\(folder.path)\n".suffix(4)))
        process.stop(graceMilliseconds: 0)
        #expect(process.poll()?.description == "exited with status 7")
    }

    @Test("a command that a signal kills")
    func killed() throws {
        let process = try start(["/bin/sh", "-c", "kill -SEGV $$"])
        #expect(process.ends(withinMilliseconds: 10_000))
        #expect(process.poll() == .killed(signal: SIGSEGV))
        #expect(process.poll()?.description == "was killed by SIGSEGV")
        #expect(ProcessEnding.killed(signal: 64).description == "was killed by signal 64")
    }

    @Test(
        "a command that cannot be started", arguments: [["/nowhere/server"], ["/etc/passwd"], ["no-such-program-here"]])
    func cannotStart(words: [String]) {
        #expect {
            _ = try start(words)
        } throws: { error in
            guard case TargetError.cannotStart(let command, let reason)? = error as? TargetError else { return false }
            return command == words[0] && !reason.isEmpty && "\(error)" == "cannot start '\(command)': \(reason)"
        }
    }

    @Test("it runs in a group of its own, with nothing to read")
    func surroundings() throws {
        let (process, lines) = try start("echo $(cat | wc -c); exec sleep 100", lines: 1)
        #expect(lines == ["0"])
        #expect(getpgid(process.pid) == process.pid)
        #expect(process.poll() == nil)
        #expect(!process.ends(withinMilliseconds: 1))
        process.stop(graceMilliseconds: 10_000)
        #expect(process.poll() == .killed(signal: SIGTERM))
        #expect(isGone(process.pid))
    }

    @Test("what does not mind SIGTERM is killed", arguments: [0, 20])
    func stubborn(grace: Int) throws {
        let (process, _) = try start("trap '' TERM; echo ready; while :; do sleep 100; done", lines: 1)
        process.stop(graceMilliseconds: grace)
        #expect(process.poll() == .killed(signal: SIGKILL))
        #expect(isGone(process.pid))
    }

    @Test("children, grandchildren and daemons end with it")
    func descendants() throws {
        let script = """
            sleep 100 & echo $!
            setsid sleep 100 & echo $!
            sh -c 'setsid sleep 100 & echo $!; wait' &
            (setsid sh -c 'echo $$; sleep 100 & echo $!; wait' &)
            exec sleep 100
            """
        let (process, lines) = try start(script, lines: 5)
        let others = lines.compactMap { pid_t($0) }
        #expect(others.count == 5)
        #expect(others.allSatisfy { !isGone($0) })
        process.stop(graceMilliseconds: 10_000)
        for pid in [process.pid] + others { #expect(isGone(pid), "\(pid)") }
    }

    @Test(
        "a daemon ends with its starter, whatever it did to be free of it",
        arguments: [
            "setsid sh -c 'echo $$; exec sleep 100' &",
            "env -i /usr/bin/setsid /bin/sh -c 'echo $$; exec sleep 100' &",
            "(setsid sh -c 'trap \"\" HUP TERM INT; echo $$; while :; do sleep 100; done' &)",
            "sh -c 'echo $$; kill -STOP $$' &",
        ])
    func daemon(script: String) throws {
        let (process, lines) = try start("\(script)\nuntil [ -s target.log ]; do :; done; exit 0", lines: 1)
        let daemon = try #require(lines.first.flatMap { pid_t($0) })
        #expect(process.ends(withinMilliseconds: 10_000))
        #expect(process.poll() == .exited(status: 0))
        process.stop(graceMilliseconds: 10_000)
        #expect(isGone(daemon))
    }

    @Test("what forks as fast as it can ends too", .enabled(if: access("/usr/bin/python3", X_OK) == 0, "no python3"))
    func forkLoop() throws {
        let loop = "import os\nos.setsid()\nprint(os.getpid(), flush=True)\nwhile True:\n if os.fork(): os._exit(0)"
        let (process, lines) = try start("python3 -c '\(loop)' & exec sleep 100", lines: 1)
        let session = try #require(pid_t(lines[0]))
        process.stop(graceMilliseconds: 10_000)
        #expect(Self.processes(inSession: session).isEmpty)
    }

    /// A program that adopts orphans ends the daemon too: the hostile server that kills its guard shows that.
    @Test("where its guard is killed it ends with it")
    func guardKilled() throws {
        let (process, lines) = try start("setsid sleep 100 & echo $! $PPID; exec sleep 100", lines: 1)
        let pids = lines[0].split(separator: " ").compactMap { pid_t($0) }
        try #require(pids.count == 2)
        #expect(kill(pids[1], SIGKILL) == 0)
        #expect(process.ends(withinMilliseconds: 10_000))
        #expect(process.poll() == .killed(signal: SIGKILL))
        process.stop(graceMilliseconds: 10_000)
        kill(pids[0], SIGKILL)
        for pid in [process.pid, pids[1]] { #expect(eventually { isGone(pid) }, "\(pid)") }
    }

    /// The processes of a session. getsid(2)
    private static func processes(inSession session: pid_t) -> [pid_t] {
        guard let directory = opendir("/proc") else { return [] }
        defer { closedir(directory) }
        var found: [pid_t] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let pid = pid_t(name), getsid(pid) == session { found.append(pid) }
        }
        return found
    }

    @Test("stopping one target leaves the daemons of another alone")
    func others() throws {
        let other = TemporaryFolder()
        let second = try TargetProcess(
            words: ["/bin/sh", "-c", "(setsid sh -c 'echo $$; exec sleep 100' &); exec sleep 100"],
            directory: other.path,
            logPath: other.path + "/target.log", environment: GuardedProcess.inheritedEnvironment, name: "second")
        #expect(eventually { second.output().hasSuffix("\n") })
        let daemon = try #require(pid_t(second.output().dropLast()))
        let (first, _) = try start("echo ready; exec sleep 100", lines: 1)
        first.stop(graceMilliseconds: 10_000)
        #expect(!isGone(daemon))
        second.stop(graceMilliseconds: 10_000)
        #expect(isGone(daemon))
    }

    @Test("the process tree names descendants after their parents, and counts what they hold")
    func tree() throws {
        let (process, lines) = try start("sh -c 'sleep 100 & echo $$ $!; exec sleep 100' & exec sleep 100", lines: 1)
        let pids = lines[0].split(separator: " ").compactMap { pid_t($0) }
        #expect(pids.count == 2)
        // Each becomes `sleep` a moment after it spoke, and closes nothing by it.
        #expect(ProcessTree.descendants(of: process.pid) == pids)
        #expect(ProcessTree.parent(of: pids[0]) == process.pid)
        #expect(ProcessTree.parent(of: pids[1]) == pids[0])
        let held = ProcessTree.resources(of: process.pid)
        #expect(held.children == 2 && held.threads == 3 && held.zombies == 0)
        // What the test's own process hands on comes on top.
        #expect(held.descriptors >= 9)
        #expect(eventually { ProcessTree.activity(of: process.pid).asleep })
        process.stop(graceMilliseconds: 10_000)
        #expect(ProcessTree.descendants(of: process.pid).isEmpty)
        #expect(ProcessTree.parent(of: process.pid) == nil)
        #expect(ProcessTree.resources(of: process.pid) == ProcessTree.Resources())
    }

    @Test("a child that nobody waits for is a zombie")
    func zombies() throws {
        // The child ends once its parent has become a program that waits for nobody.
        let (process, _) = try start(
            "(until grep -q sleep /proc/$$/comm; do :; done) & echo ready; exec sleep 100", lines: 1)
        // A `grep` that has just ended is a zombie as well, for a moment.
        let isLeft = eventually {
            let held = ProcessTree.resources(of: process.pid)
            return held.zombies == 1 && held.children == 1
        }
        #expect(isLeft)
        process.stop(graceMilliseconds: 10_000)
        #expect(ProcessTree.resources(of: process.pid).zombies == 0)
    }

    @Test("what it leaves in /dev/shm goes with it, and is seen by nobody else")
    func sharedMemory() throws {
        let name = "/dev/shm/crossfire-test-\(getpid())"
        for attempt in 1...2 {
            // The second one, and ours, must not find what the first one made.
            var start = GuardedProcess.Start(["/bin/sh", "-c", "test ! -e \(name) && echo x >\(name)"])
            start.keeping = .groupAndSharedMemory
            let process = try GuardedProcess(start)
            #expect(process.wait() == 0, "attempt \(attempt)")
            process.end()
            if unlink(name) == 0 { return print("skipped: no right to a mount namespace") }
        }
    }

    @Test(
        "where a user namespace is to be had and its ids are not, the target stays who it is",
        .enabled(if: getuid() == 0))
    func halfOfANamespace() throws {
        let guardian = try #require(NativeFile.find(GuardedProcess.program))
        // Nobody writes into a /proc that is read-only. A FIFO stands for the socket to the starter.
        let script = """
            mount -o remount,bind,ro /proc 2>&1 >/dev/null && mkfifo \(folder.path)/note && exec 3<>\(folder.path)/note \
                && exec setpriv --reuid 1000 --regid 1000 --clear-groups \(guardian) apart 0 id -u || echo unable
            """
        let process = try TargetProcess(
            words: ["unshare", "-m", "sh", "-c", script], directory: folder.path, logPath: folder.path + "/target.log",
            environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"], name: "sh")
        #expect(process.ends(withinMilliseconds: 10_000))
        guard !process.output().contains("unable") else { return print("skipped: no right to mount") }
        #expect(process.output() == "1000\n")
        process.stop(graceMilliseconds: 0)
    }

    @Test("the environment is handed on as it is")
    func environment() throws {
        let path = try #require(getenv("PATH").map { String(cString: $0) })
        #expect(GuardedProcess.inheritedEnvironment["PATH"] == path)
        let process = try TargetProcess(
            words: ["sh", "-c", "echo \"$ODD\""], directory: folder.path, logPath: folder.path + "/target.log",
            environment: ["ODD": "a=b  c", "PATH": path], name: "sh")
        #expect(process.ends(withinMilliseconds: 10_000))
        #expect(process.output() == "a=b  c\n")
        process.stop(graceMilliseconds: 0)
    }

    @Test("errors read as sentences")
    func sentences() {
        let table: [(TargetError, String)] = [
            (.notListening(.udp(port: 7)), "nothing listens on udp:127.0.0.1:7"),
            (
                .endedEarly(command: "x", ending: .exited(status: 1), output: "one\nbind: in use\n \n"),
                "'x' exited with status 1 before it accepted a connection; it said: bind: in use"
            ),
            (
                .notReady(command: "x", address: .tcp(port: 7), waiting: .init(time: .seconds(10)), output: ""),
                "'x' did not listen on 127.0.0.1:7 within 10 s"
            ),
            (
                .notReady(
                    command: "x", address: .tcp(port: 7),
                    waiting: .init(time: .milliseconds(250), request: "GET /", refusal: "HTTP/1.1 503 No"), output: "a"),
                "'x' did not answer 'GET /' on 127.0.0.1:7 within 0.3 s; its last reply was HTTP/1.1 503 No; it said: a"
            ),
            (
                .commandFailed(.setup, command: "false", ending: .exited(status: 1), output: "no\n"),
                "--setup 'false' exited with status 1; it said: no"
            ),
            (
                .commandTooSlow(.restart, command: "sleep 9", waited: .seconds(2), output: ""),
                "--restart 'sleep 9' did not end within 2 s; --start-timeout gives it more time"
            ),
        ]
        for (error, text) in table { #expect(error.description == text) }
    }
}
