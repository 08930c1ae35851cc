import Capture
import Testing

/// Goal: whatever is done to the recording of sound traffic, neither network nor peers are blamed for certain, and where no
/// packet is missing not at all. Method: seeded conversations between hosts of all kinds, recorded in all bad ways at once.
@Suite("Sound traffic, badly recorded")
struct SoundTrafficTests {
    /// What the capture alone is to blame for.
    static let ofTheCapture: Set<Anomaly.Kind> = [
        .captureDuplicate, .captureReordered, .acknowledgedUnseen, .missedByCapture,
    ]

    /// A conversation of requests and replies, in one segment each or several, with pauses.
    static func talk(_ generator: inout SeededGenerator) -> Talk {
        let (numbering, hasStamps) = InnocentDuplicateTests.hosts.randomElement(using: &generator)!
        var talk = Talk(numbering, hasStamps: hasStamps)
        var next: [UInt32] = [1000, 5000]
        for round in 0..<Int.random(in: 1...12, using: &generator) {
            for side in 0...1 {
                for piece in 0..<Int.random(in: 1...3, using: &generator) {
                    let payload = String(repeating: "x", count: Int.random(in: 2...60, using: &generator))
                    let pause =
                        piece + round > 0 ? ([1, 1, 20, 300, 2000] as [Int64]).randomElement(using: &generator)! : 1
                    talk.send(
                        from: side, seq: next[side], ack: next[1 - side], .psh, payload: payload, ms: pause)
                    next[side] += UInt32(payload.utf8.count)
                }
            }
        }
        if Bool.random(using: &generator) {
            talk.send(from: 0, seq: next[0], ack: next[1], .fin)
            talk.send(from: 1, seq: next[1], ack: next[0] + 1, .fin)
            talk.send(from: 0, seq: next[0] + 1, ack: next[1] + 1)
        }
        return talk
    }

    /// Records it badly; returns whether all packets are there.
    static func spoil(_ talk: inout Talk, _ generator: inout SeededGenerator) -> Bool {
        RecordingTests.seal(&talk.packets) { _ in talk.numbering.isIPv4 }
        if talk.numbering.isIPv4, Bool.random(using: &generator) {
            for record in talk.packets.batch.records { talk.packets.batch.bytes[record.offset + 27] ^= 0x40 }
            for record in talk.packets.batch.records { talk.packets.batch.bytes[record.offset + 31] ^= 0x40 }
        }
        let isWhole = Int.random(in: 0..<3, using: &generator) > 0
        if !isWhole {
            talk.packets.batch.records.removeAll { _ in Int.random(in: 0..<10, using: &generator) == 0 }
            talk.renumber()
        }
        if Bool.random(using: &generator) { talk.double(after: .random(in: 0...400_000, using: &generator)) }
        if Bool.random(using: &generator) {
            let kept = Int.random(in: 74...100, using: &generator)
            for index in talk.packets.batch.records.indices {
                let length = min(kept, talk.packets.batch.records[index].capturedLength)
                talk.packets.batch.records[index].capturedLength = length
                talk.packets.batch.records[index].wireLength = length
            }
        }
        if Int.random(in: 0..<4, using: &generator) == 0 {
            talk.packets.batch.records += talk.packets.batch.records
            talk.renumber()
        }
        return isWhole
    }

    @Test("five hundred recordings", arguments: 0..<10)
    func recordings(_ part: Int) {
        for seed in part * 50..<part * 50 + 50 {
            var generator = SeededGenerator(state: UInt64(seed) &* 7919 &+ 1)
            var talk = Self.talk(&generator)
            let sound = talk.found()
            #expect(sound == [], "seed \(seed)")
            let isWhole = Self.spoil(&talk, &generator)
            for anomaly in talk.flows(verifyChecksums: true).flatMap(\.anomalies) where anomaly.kind != .duplicateACK {
                #expect(anomaly.kind == .captureDuplicate || anomaly.confidence < .certain, "seed \(seed): \(anomaly)")
                // Too few sums to tell that all are wrong; but the packet arrived.
                guard isWhole, anomaly.reason != .checksumWrongButAcknowledged else { continue }
                #expect(Self.ofTheCapture.contains(anomaly.kind), "seed \(seed): \(anomaly)")
            }
        }
    }
}

extension Talk.Numbering {
    var isIPv4: Bool {
        if case .none = self { return false }
        return true
    }
}
