// Goal: the noise is a pure function of its seed and ordinals, acts as often as asked, and never at every call.
// Method: fixed values recorded once; counts over many draws of one seed, compared with binomial bounds of six sigma.

import Perturbation
import Testing

@Suite struct NoiseTests {
    @Test("the same seed and ordinals give the same delays, for ever")
    func golden() {
        let noise = Noise(seed: 7, probability: 0.5, longestSleep: .microseconds(100))
        let delays = (0..<12).map { noise.delay(thread: 1, call: $0) }
        #expect(
            delays == [
                .none, .none, .sleep(.microseconds(45)), .none, .yield, .yield, .yield, .none, .none, .yield, .none,
                .none,
            ])
    }

    @Test("seeds, processes, threads and calls differ")
    func differ() {
        func pattern(_ seed: UInt64, _ lineage: UInt64, _ thread: UInt32) -> [Noise.Delay] {
            let noise = Noise(seed: seed, probability: 0.5)
            return (0..<64).map { noise.delay(lineage: lineage, thread: thread, call: $0) }
        }
        let patterns = [
            pattern(1, 0, 0), pattern(2, 0, 0), pattern(1, 0, 1), pattern(1, Noise.child(of: 0, fork: 0), 0),
            pattern(1, Noise.child(of: 0, fork: 1), 0),
            pattern(1, Noise.child(of: Noise.child(of: 0, fork: 0), fork: 0), 0),
        ]
        for (index, one) in patterns.enumerated() {
            #expect(!patterns[..<index].contains(one))
        }
    }

    @Test("delays come as often as asked", arguments: [0, 0.01, 0.1, 0.5])
    func frequency(probability: Double) {
        let noise = Noise(seed: 3, probability: probability, longestSleep: .microseconds(100))
        let draws = 100_000.0
        var delayed = 0.0
        var slept = 0.0
        for call in 0..<UInt64(draws) {
            switch noise.delay(thread: 0, call: call) {
            case .none: break
            case .yield: delayed += 1
            case .sleep(let time):
                delayed += 1
                slept += 1
                #expect((.microseconds(1) ... .microseconds(100)).contains(time))
            }
        }
        let sigma = (draws * probability * (1 - probability)).squareRoot()
        #expect(abs(delayed - draws * probability) <= 6 * sigma)
        #expect(abs(slept - delayed / 4) <= 6 * (delayed * 3 / 16).squareRoot())
    }

    @Test("never more often than half of the calls, whatever is asked", arguments: [0.5, 0.9, 1, 2, Double.infinity])
    func clamped(probability: Double) {
        #expect(Noise(seed: 0, probability: probability).threshold == 1 << 31)
    }

    @Test("nonsense is no noise", arguments: [-1, -Double.infinity, Double.nan])
    func nonsense(probability: Double) {
        #expect(Noise(seed: 0, probability: probability).threshold == 0)
    }

    @Test("the text for the environment holds what is applied")
    func text() {
        let noise = Noise(seed: .max, probability: 0.75, longestSleep: .microseconds(5000), sites: [.lock, .files])
        #expect(noise.text == "seed=18446744073709551615,p=0.5,sleep_us=1000,sites=33")
    }
}
