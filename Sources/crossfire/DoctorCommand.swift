import ArgumentParser
import Capture
import Foundation
import Fuzz
import Report

/// `crossfire doctor`: what this machine permits.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Tell what this machine permits, and what to do about the rest.",
        discussion: "Exit status 0: campaigns can capture; 77: they cannot.")

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        // In this order: the private network, once entered, is not left again.
        let own = Self.captureCheck("capture on the machine's lo", needed: "for --connect and --no-sandbox")
        let network = Self.networkCheck()
        let inside = Self.captureCheck("capture in a private network", needed: "for targets that crossfire starts")
        let tools = [("tshark", "reads captures in full detail"), ("redis-server", "a target to try")].map {
            name, use in
            Check(
                name: name, ok: Self.isInstalled(name), detail: use, remedy: "apt-get install \(name)", isOptional: true
            )
        }
        let server = Check(
            name: "reference-server", ok: (try? ReferenceServerProgram.path()) != nil, detail: "the built-in targets",
            remedy: "swift build --product reference-server", isOptional: true)
        let checks = [network, inside, own, Self.guardCheck(), Self.sharedMemoryCheck(), server] + tools
        let canCapture = own.ok || (network.ok && inside.ok)
        print(json ? try DoctorReport(checks: checks.map(\.entry), canCapture: canCapture).json() : Self.text(checks))
        throw (canCapture ? CommandStatus.held : .noPermission).exitCode
    }

    private struct Check {
        var name: String
        var ok: Bool
        var detail: String
        var remedy: String
        var isOptional = false

        var entry: DoctorReport.Entry { .init(name: name, ok: ok, detail: detail, remedy: ok ? nil : remedy) }
    }

    private static func text(_ checks: [Check]) -> String {
        checks.map { check in
            let mark = check.ok ? "ok      " : check.isOptional ? "missing " : "no      "
            return "\(mark)\(check.name): \(check.detail)" + (check.ok ? "" : "\n          \(check.remedy)")
        }.joined(separator: "\n")
    }

    private static func captureCheck(_ name: String, needed: String) -> Check {
        do throws(CaptureError) {
            _ = try LiveCapture(LiveCapture.Options(filter: "udp port 9", ringBytes: 1 << 20))
            return Check(name: name, ok: true, detail: needed, remedy: "")
        } catch {
            return Check(
                name: name, ok: false, detail: error.description,
                remedy:
                    "run as root, or give the program CAP_NET_RAW: sudo setcap cap_net_raw+ep \(CommandLine.arguments[0])"
            )
        }
    }

    private static func networkCheck() -> Check {
        let name = "private network"
        switch PrivateNetwork.enter() {
        case .network: return Check(name: name, ok: true, detail: "network and IPC namespaces, as root", remedy: "")
        case .userAndNetwork: return Check(name: name, ok: true, detail: "user, network and IPC namespaces", remedy: "")
        case .refused(let reason):
            return Check(
                name: name, ok: false, detail: reason,
                remedy:
                    "sysctl kernel.unprivileged_userns_clone=1, user.max_user_namespaces > 0; in a container: --cap-add SYS_ADMIN or --privileged"
            )
        }
    }

    /// Whether what targets start ends with them and with us: tried, by starting one.
    private static func guardCheck() -> Check {
        let name = "ending targets"
        do {
            try GuardedProcess(.init(["/bin/true"])).end()
            return Check(
                name: name, ok: true,
                detail:
                    "with all that they started, also when crossfire is killed (subreaper with parent-death signal)",
                remedy: "")
        } catch {
            return Check(
                name: name, ok: false, detail: "\(error)",
                remedy: "build again, or set CROSSFIRE_NATIVE to the folder that holds \(GuardedProcess.program)")
        }
    }

    /// Whether a target's shared memory is its own: tried, by having one leave some.
    private static func sharedMemoryCheck() -> Check {
        let path = "/dev/shm/crossfire-doctor.\(getpid())"
        var start = GuardedProcess.Start(["/bin/sh", "-c", ": >\(path)"])
        start.keeping = .groupAndSharedMemory
        let process = try? GuardedProcess(start)
        let hasRun = process?.wait() == 0
        process?.end()
        return Check(
            name: "shared memory of targets", ok: unlink(path) != 0 && hasRun,
            detail: "what they leave in /dev/shm goes with them (mount namespace)",
            remedy: "what targets leave in /dev/shm stays there; mount namespaces need what a private network needs",
            isOptional: true)
    }

    private static func isInstalled(_ name: String) -> Bool {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return path.split(separator: ":").contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
    }
}
