// The judgement of executions of many clients on few keys, correct ones and such with lost writes: how many are decided,
// and the processor's time, at most and on average. crowd-bench [EXECUTIONS] [MILLISECONDS] [FAMILY] [CLIENTS]
//
// Each family twice. "as drawn": as a campaign draws it, hard operations (deletes, several keys at once, what depends on
// what is there) among the clients among whom it begins, easy ones among all; of these none should be undecided. "all
// together": every client does everything to the same keys, which no campaign draws: some of that nobody decides in time.
import Glibc
import Verification
import Protocols

func threadNanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

let arguments = CommandLine.arguments.dropFirst().map { $0 }
let executions = arguments.count > 0 ? Int(arguments[0])! : 50
let limit = arguments.count > 1 ? Int(arguments[1])! : 50
let families = CrowdGenerator.Family.allCases.filter { arguments.count < 3 || $0.rawValue == arguments[2] }
let crowds = arguments.count > 3 ? [Int(arguments[3])!] : [8, 64, 256]
/// Only the execution of this seed, for looking into it.
let only = getenv("SEED").flatMap { Int(String(cString: $0)) }
/// `Difficulty.firstHardClients`, and about how many requests of a client write several keys in one execution.
let hardClients = 12
let mostSeveral = 5
let judge = Judge(oracles: [
    LinearizabilityOracle(budget: SearchBudget(nodes: 1_000_000, bytes: 128 << 20, time: .milliseconds(limit)))
])

func pad(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }

print("family            drawn         clients  lost   held  violated  undecided   mean ms    max ms  of seed")
for (family, isDrawn) in families.flatMap({ [($0, true), ($0, false)] }) {
    for clients in crowds {
        for losing in [false, true] {
            var (held, violated, undecided) = (0, 0, 0)
            var (sum, most, slowest) = (Int64(0), Int64(0), 0)
            for round in 0..<executions where only.map({ $0 == round + 1 }) ?? true {
                var plan = CrowdGenerator(
                    family, clients: clients, requests: [1, 2, 4, 8][round % 4], depth: [1, 1, 4][round % 3],
                    spreadPercent: [0, 30, 70, 95][(round / 4) % 4], inRounds: round % 5 != 0,
                    losesOneIn: losing ? 60 : 0, seed: UInt64(round + 1))
                if isDrawn {
                    plan.hardClients = hardClients
                    if [.several, .mixed].contains(family) { plan.requests = min(plan.requests, mostSeveral) }
                }
                plan.leavesUnanswered = round % 7 == 0
                let evidence = plan.generate().evidence
                let start = threadNanoseconds()
                let judgement = judge.judge(evidence)
                let spent = threadNanoseconds() - start
                sum += spent
                if spent > most { (most, slowest) = (spent, round + 1) }
                if !judgement.violations.isEmpty {
                    violated += 1
                    if !losing { print("WRONG", family, clients, "seed", round + 1, judgement.violations[0].summary) }
                } else if judgement.inconclusive.isEmpty {
                    held += 1
                } else {
                    undecided += 1
                    if getenv("VERBOSE") != nil {
                        print(
                            "undecided", plan.requests, plan.depth, plan.spreadPercent, plan.inRounds, "seed",
                            round + 1,
                            judgement.inconclusive[0])
                    }
                }
            }
            print(
                pad(family.rawValue, 18) + pad(isDrawn ? "as drawn" : "all together", 14) + pad(String(clients), 9)
                    + pad(losing ? "yes" : "no", 7)
                    + pad(String(held), 6) + pad(String(violated), 10) + pad(String(undecided), 12)
                    + pad(String(Double(sum / Int64(executions) / 1000) / 1000), 10)
                    + pad(String(Double(most / 1000) / 1000), 9) + String(slowest))
        }
    }
}
