import Foundation
import Report

/// `finding.json`, which somebody else may have written.
struct FindingTarget: ParserTarget {
    let name = "finding"

    func run(_ input: [UInt8]) {
        guard let record = try? FindingStore.record(json: input) else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        guard let written = try? encoder.encode(record),
            let again = try? JSONDecoder().decode(FindingRecord.self, from: written)
        else {
            fatalError("property: what is read can be written, and read again")
        }
        requireEqual(try? encoder.encode(again), written, "writing says the same each time")
        requireEqual(again.target, record.target, "the target is the same")
        requireEqual(again.target.text, record.target.text, "and is named the same")
    }

    func seeds() -> [[UInt8]] {
        let targets = [
            #"{"command": ["sh", "-c", "x", "{port}"]}"#, #"{"command": ["x"], "transport": "unix"}"#,
            #"{"server": "threaded/kv --transport udp"}"#, #"{"connect": 6379}"#, #"{"connect": "[::1]:1"}"#,
        ]
        return targets.map { target in
            let text = """
                {"schema": 1, "id": "hang-1", "oracle": "hang", "summary": "s", "signature": "g",
                 "evidence": [{"packet": 3, "note": "n"}], "marginNanoseconds": -9223372036854775808, "blame": "b",
                 "protocolName": "resp", "target": \(target), "seed": 18446744073709551615, "clients": 4,
                 "perturbation": "off", "firstExecution": 1, "firstSeconds": 1e308, "minimized": false, "version": "1",
                 "reproduced": {"hits": 1, "tries": 2, "low": 0.1, "high": 0.9, "executionsPerTry": 100,
                 "freshTarget": true, "longerLook": {"executions": 5, "showed": false}}}
                """
            return Array(text.utf8)
        }
    }
}

/// Baselines: the ids of findings that are accepted.
struct BaselineTarget: ParserTarget {
    let name = "baseline"

    func run(_ input: [UInt8]) {
        let text = String(decoding: input, as: UTF8.self)
        do throws(Baseline.Failure) {
            let baseline = try Baseline(parsing: text, file: "baseline")
            require(baseline.ids.allSatisfy { !$0.contains { $0 == "#" || $0.isNewline } }, "an id is a word of a line")
            let again = try Baseline(parsing: baseline.ids.sorted().joined(separator: " # why\n"), file: "again")
            requireEqual(again.ids, baseline.ids, "ids read back as they were")
        } catch {
            require(error.line >= 1 && error.line <= 1 + text.utf8.count, "an error names a line")
        }
    }

    func seeds() -> [[UInt8]] {
        [
            "# accepted\nlinearizability-1f3a9c20  # see the tracker\r\n\n  hang-b1d0c29c\n", "nonsense-1", "crash-",
            "\u{FEFF}loss-6cb11211",
        ].map { Array($0.utf8) }
    }
}
