import Fuzz
import Testing
import System

/// Goal: the fit finds the coefficients that measurements were made with. Method: exact points, points with noise of a
/// known size, and points that no coefficient above zero explains.
@Suite("The Universal Scalability Law")
struct UniversalScalabilityTests {
    private let numbers = [1, 2, 4, 8, 16, 32, 64]

    private func points(_ contention: Double, _ coherency: Double) -> [(clients: Int, throughput: Double)] {
        numbers.map { number in
            let n = Double(number)
            return (number, 1000 * n / (1 + contention * (n - 1) + coherency * n * (n - 1)))
        }
    }

    @Test("exact points give their coefficients back", arguments: [(0.1, 0.001), (0.0, 0.0), (0.3, 0.0), (0.0, 0.01)])
    func exact(contention: Double, coherency: Double) throws {
        let fit = try #require(UniversalScalability(points(contention, coherency)))
        #expect(abs(fit.single - 1000) < 0.01)
        #expect(abs(fit.contention - contention) < 1e-6 && abs(fit.coherency - coherency) < 1e-6)
        #expect(abs(fit.throughput(16) - points(contention, coherency)[4].throughput) < 0.1)
    }

    @Test("the intervals hold what the noise hides, nearly always")
    func intervals() throws {
        var random = SeededGenerator(seed: 9)
        var held = (contention: 0, coherency: 0)
        for round in 0..<40 {
            let noisy = (0..<8).flatMap { _ in
                points(0.05, 0.0005).map { ($0.clients, $0.throughput * Double(random.pick(95...105)) / 100) }
            }
            let estimate = try #require(UniversalScalability.estimate(noisy, seed: UInt64(round)))
            if estimate.contention.contains(0.05) { held.contention += 1 }
            if estimate.coherency.contains(0.0005) { held.coherency += 1 }
            #expect(estimate.contention.upperBound - estimate.contention.lowerBound < 0.1)
            #expect(UniversalScalability.estimate(noisy, seed: UInt64(round))?.contention == estimate.contention)
        }
        // A percentile bootstrap of eight rounds holds a little less often than its name says.
        #expect(held.contention >= 32 && held.coherency >= 32, "\(held)")
    }

    @Test("better than linear is taken as linear, and too few points as nothing")
    func limits() throws {
        let fit = try #require(UniversalScalability([(1, 100), (2, 230), (4, 520), (8, 1100)]))
        #expect(fit.contention == 0 && fit.coherency == 0 && fit.peak == nil)
        #expect(UniversalScalability([(1, 100), (2, 150)]) == nil)
        let peak = try #require(UniversalScalability(points(0.1, 0.01))?.peak)
        #expect(abs(peak - 9.4868) < 0.001)
    }
}
