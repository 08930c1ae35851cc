// Checks generated histories and prints CPU times: history-bench [OPERATIONS] [CLIENTS]; history-bench write MODEL
// OPERATIONS CLIENTS writes one to standard output; history-bench read FILE reads and checks one.
import Glibc
import Verification

func cpu() -> Double {
    var usage = rusage()
    getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_utime.tv_sec) + Double(usage.ru_utime.tv_usec) / 1e6 + Double(usage.ru_stime.tv_sec)
        + Double(usage.ru_stime.tv_usec) / 1e6
}

func peakMiB() -> Int {
    var usage = rusage()
    getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
    return Int(usage.ru_maxrss) / 1024
}

func column(_ value: Double) -> String { String(Int((value * 1000).rounded())) + " ms" }

let arguments = CommandLine.arguments.dropFirst()
if arguments.first == "write" {
    let words = Array(arguments)
    let generator = HistoryGenerator(
        model: CheckModel(name: words[1])!, operations: Int(words[2])!, clients: Int(words[3])!)
    let bytes = HistoryFile.linhist(generator.generate())
    bytes.withUnsafeBytes { buffer in
        var sent = 0
        while sent < buffer.count {
            let got = write(1, buffer.baseAddress! + sent, buffer.count - sent)
            if got <= 0 { exit(1) }
            sent += got
        }
    }
    exit(0)
}
if arguments.first == "read" {
    let start = cpu()
    let history = try HistoryFile.read(arguments.last!)
    let read = cpu()
    let result = Checker().check(history, model: CheckModel(name: history.model)!)
    print(
        "\(history.count) operations: read \(column(read - start)), check \(column(cpu() - read)), \(result.verdict), peak \(peakMiB()) MiB"
    )
    for violation in result.violations { print(violation.summary) }
    exit(0)
}

let operations = arguments.first.flatMap { Int($0) } ?? 1_000_000
let clients = arguments.dropFirst().first.flatMap { Int($0) } ?? 16
var models: [(name: String, model: CheckModel, keys: Int)] = []
for model in [CheckModel.register, .kv, .counter, .blindCounter, .queue, .set] {
    models.append((model.rawValue, model, 100))
}
models.append(("kv, 4 hot keys", .kv, 4))
print("\(operations) operations, \(clients) clients; CPU time of the check alone, best of 3")
for (name, model, keys) in models {
    let history = HistoryGenerator(model: model, operations: operations, clients: clients, keys: keys).generate()
    var best = Double.infinity
    var verdict = Verdict.nothingTested
    for _ in 0..<3 {
        let start = cpu()
        verdict = Checker().check(history, model: model).verdict
        best = min(best, cpu() - start)
    }
    print("\(name): check \(column(best)), \(verdict), peak \(peakMiB()) MiB")
}

// What Porcupine does not decide in 60 s or runs out of memory on, by its own figures on such histories.
for (name, model, clients) in [("queue, 16 clients", CheckModel.queue, 16), ("register, 64 clients", .register, 64)] {
    let history = HistoryGenerator(model: model, operations: 1000, clients: clients).generate()
    let rounds = 200
    let start = cpu()
    var verdict = Verdict.nothingTested
    for _ in 0..<rounds { verdict = Checker().check(history, model: model).verdict }
    print("\(name), 1000 operations: check \(Int((cpu() - start) / Double(rounds) * 1e6)) µs, \(verdict)")
}
