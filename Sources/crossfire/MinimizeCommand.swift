import ArgumentParser
import Fuzz
import Perturbation
import Report
import Wire
import Verification
import System

/// `crossfire minimize`: a smaller scenario that still shows the fault.
struct MinimizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "minimize", abstract: "Make the scenario of a finding smaller while it still shows the fault.",
        discussion: "Prints the smaller scenario. Exit status 1: one was found; 0: the fault was not seen again.")

    @Argument(help: "A finding's folder, or a .crossfire file.")
    var subject: String

    @OptionGroup var target: TargetOptions

    @Option(help: "How long to look: 500ms, 60s, 5m.")
    var duration = Duration.seconds(20)

    @Flag(help: "Run what somebody else's finding names, unasked.")
    var yes = false

    func run() throws {
        let subject = try ReplaySubject(self.subject, target, isTrusted: yes)
        let network = Sandbox.enter(for: subject.prepared.description, refused: target.noSandbox)
        Interruption.watch()
        let spec = try subject.prepared.description.resolved()
        var replayer = ScenarioReplayer(target: spec, codec: subject.codec, noise: .off)
        replayer.life = subject.prepared.life
        replayer.credentials = subject.prepared.credentials
        replayer.network = network
        replayer.perturbation = target.perturb.plan(for: spec)
        replayer.seed = subject.seed
        replayer.times = 3
        let seen = try replayer.run(subject.scenario, expecting: subject.oracle)
        guard let oracle = subject.oracle ?? seen.violations.first?.oracle, seen.reproduction.hits > 0 else {
            Console.note("the fault was not seen again in \(seen.executions) executions")
            throw CommandStatus.end(.held)
        }
        let smaller = try replayer.minimize(subject.scenario, expecting: oracle, within: duration)
        print((smaller ?? subject.scenario).text, terminator: "")
        if smaller == nil { Console.note("nothing smaller shows it") }
        throw CommandStatus.end(.violated)
    }
}
