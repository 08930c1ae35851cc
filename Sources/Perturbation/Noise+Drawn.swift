import CNoise
import Glibc

extension Noise {
    /// Probabilities of a campaign's executions lie in this range: below it noise hardly acts, above it races hide again.
    public static let probabilities = 0.01...0.5

    /// The noise of one execution, drawn from its seed: a campaign which takes a new one for each execution sweeps
    /// strength, sleeping and places. Pure: the seed alone reproduces it.
    ///
    /// The probability is log-uniform. Half of the executions only yield, as most races per second were found so; the others
    /// sleep too, up to 100 µs or (one in eight) 1000 µs. Half act everywhere; the others at a random part of the sites, since
    /// a race may need one thread to be slow and another not.
    public static func drawn(seed: UInt64) -> Noise {
        let strength = cf_noise_mix(seed ^ 0x70)
        let manner = cf_noise_mix(strength)
        let share = Double(strength >> 11) * 0x1p-53
        let range = probabilities.upperBound / probabilities.lowerBound
        let probability = min(probabilities.lowerBound * pow(range, share), probabilities.upperBound)
        let sleep: UInt32 =
            switch manner % 8 {
            case 0..<4: 0
            case 4..<7: 100
            default: 1000
            }
        var sites = NoiseSites.all
        if manner & 8 != 0 {
            sites.formIntersection(NoiseSites(rawValue: UInt32(truncatingIfNeeded: manner >> 32)))
            // All off would be an execution without noise.
            if sites.isEmpty { sites = .unlock }
        }
        return Noise(seed: seed, probability: probability, sleepMicroseconds: sleep, sites: sites)
    }
}
