import Foundation
import Testing
import Verification

/// Goal: a history means the same in whatever format it is written. Method: random histories of every model, their
/// values taken from all types, are written in each format, with and without a byte order mark, plain and compressed;
/// the verdict and the first violation must be those of the history in memory. `CROSSFIRE_READER_ROUNDS` says how many, and
/// `CROSSFIRE_READER_SEED` from which seed.
@Suite("One history in every format")
struct ReaderComparisonTests {
    static let rounds = ProcessInfo.processInfo.environment["CROSSFIRE_READER_ROUNDS"].flatMap { Int($0) } ?? 20_000
    private static let seed = ProcessInfo.processInfo.environment["CROSSFIRE_READER_SEED"].flatMap { UInt64($0) } ?? 11
    /// One of so many is read from files too.
    private static let perFile = 100

    @Test("the same verdict and the same first violation", arguments: CheckModel.allCases)
    func sameVerdict(model: CheckModel) throws {
        var seed = Seed(Self.seed + UInt64(CheckModel.allCases.firstIndex(of: model)!))
        let options = HistoryOptions(HistoryVocabulary().suited(to: model))
        var random = RandomHistory(seed: seed.next())
        for round in 0..<Self.rounds / CheckModel.allCases.count {
            var history = random.next(model)
            if model == .kv { for row in 0..<history.count { history.keys[row] = seed.below(2) } }
            guard let formats = ForeignFormats(history, model, &seed) else { continue }
            let wanted = Outcome(formats.history, model)
            for _ in 0..<2 {
                let format = ForeignFormats.Format.allCases[seed.below(ForeignFormats.Format.allCases.count)]
                guard formats.canSay(format) else { continue }
                let text = (seed.oneIn(2) ? "\u{feff}" : "") + formats.text(format)
                let found = Outcome(try HistoryFile.read(bytes: Array(text.utf8), options), model)
                #expect(found == wanted, "\(format), round \(round):\n\(text)")
                guard found == wanted else { return }
                if round % Self.perFile == 0 { try expectCompressed(text, wanted, model) }
            }
        }
    }

    private func expectCompressed(_ text: String, _ wanted: Outcome, _ model: CheckModel) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("history-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        for bytes in [Array(text.utf8), Gzip.stored(Array(text.utf8))] {
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            #expect(
                Outcome(try HistoryFile.read(path, HistoryOptions(HistoryVocabulary().suited(to: model))), model)
                    == wanted)
        }
    }

    /// What must be the same.
    private struct Outcome: Equatable, CustomStringConvertible {
        var verdict: Verdict
        var kind: ViolationKind?
        var operations: [Int]
        var reasons: Int

        init(_ history: History, _ model: CheckModel) {
            let result = Checker(threads: 1).check(history, model: model)
            verdict = result.verdict
            kind = result.violations.first?.kind
            operations = result.violations.first?.operations ?? []
            reasons = result.inconclusive.count
        }

        var description: String { "\(verdict) \(kind.map { "\($0)" } ?? "") \(operations) \(reasons)" }
    }
}

/// gzip without compression (RFC 1951, 3.2.4; RFC 1952).
enum Gzip {
    static func stored(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
        var rest = bytes[...]
        repeat {
            let block = rest.prefix(0xFFFF)
            rest = rest.dropFirst(block.count)
            out += [rest.isEmpty ? 1 : 0] + little(UInt32(block.count), 2) + little(~UInt32(block.count), 2) + block
        } while !rest.isEmpty
        return out + little(checksum(bytes), 4) + little(UInt32(truncatingIfNeeded: bytes.count), 4)
    }

    private static func little(_ number: UInt32, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number >> UInt32(8 * $0)) }
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
    }
}
