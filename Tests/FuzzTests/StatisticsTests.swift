import Fuzz
import Perturbation
import Testing
import Verification
import System

/// Goal: numbers that reports and seeds rest on are the published ones, and never change between runs. Method: published
/// values and test vectors, and each pure function called twice.
@Suite("Statistics and seeds")
struct StatisticsTests {
    @Test("Wilson's interval has the published values")
    func wilson() {
        // R: prop.test(x, n, correct = FALSE)$conf.int
        let table: [(Int, Int, Double, Double)] = [
            (0, 20, 0, 0.1611252), (10, 20, 0.2992980, 0.7007020), (20, 20, 0.8388748, 1), (1, 1, 0.2065493, 1),
            (0, 1, 0, 0.7934507), (1, 10, 0.0178762, 0.4041500), (19, 20, 0.7638688, 0.9911186),
        ]
        for (hits, tries, low, high) in table {
            let interval = WilsonInterval(hits: hits, tries: tries)
            #expect(abs(interval.low - low) < 1e-6, "\(hits) of \(tries): \(interval)")
            #expect(abs(interval.high - high) < 1e-6, "\(hits) of \(tries): \(interval)")
        }
    }

    @Test("a count without a try has no interval")
    func noTries() {
        #expect(Finding.Reproduction(hits: 0, tries: 0, executionsPerTry: 1, freshTarget: true).interval == nil)
        #expect(
            Finding.Reproduction(hits: 1, tries: 2, executionsPerTry: 1, freshTarget: true).interval
                == WilsonInterval(hits: 1, tries: 2))
    }

    @Test("SplitMix64 gives its published sequence")
    func splitMix() {
        var generator = SeededGenerator(seed: 1_234_567)
        let published: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
        ]
        let drawn = published.map { _ in generator.next() }
        #expect(drawn == published)
        var zero = SeededGenerator(seed: 0)
        let first = zero.next()
        #expect(first == 0xE220_A839_7B1D_CDAF)
    }

    @Test("parts of a run have sequences of their own, and draws stay in their range")
    func draws() {
        var firsts: Set<UInt64> = []
        for index in 0..<1000 {
            var generator = SeededGenerator(seed: 9, index: UInt64(index))
            var same = SeededGenerator(seed: 9, index: UInt64(index))
            let first = generator.next()
            let again = same.next()
            let number = generator.pick(3...5)
            let element = generator.pick([7, 8])
            let always = generator.oneIn(1)
            firsts.insert(first)
            #expect(again == first)
            #expect((3...5).contains(number))
            #expect([7, 8].contains(element))
            #expect(always)
        }
        #expect(firsts.count == 1000)
    }

    @Test("FNV-1a gives its published values")
    func fnv() {
        let table: [(String, UInt64)] = [
            ("", 0xCBF2_9CE4_8422_2325), ("a", 0xAF63_DC4C_8601_EC8C), ("foobar", 0x8594_4171_F739_67E8),
        ]
        for (text, value) in table {
            var hash = FNV1a()
            hash.add(text.utf8)
            #expect(hash.value == value)
        }
    }

    static func hash(_ chunks: [ArraySlice<UInt8>]) -> StreamHash {
        var hash = StreamHash()
        for chunk in chunks { chunk.withUnsafeBytes { hash.add($0) } }
        return hash
    }

    @Test("the hash of a stream does not depend on how it was cut, and tells streams apart")
    func streamHash() {
        var random = SeededGenerator(seed: 51)
        let bytes = (0..<300).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        let whole = Self.hash([bytes[...]])
        for cut in 0...bytes.count { #expect(Self.hash([bytes[..<cut], bytes[cut...]]) == whole) }
        for _ in 0..<500 {
            let cuts = (0..<random.pick(0...40)).map { _ in random.pick(0...bytes.count) }.sorted()
            let edges = [0] + cuts + [bytes.count]
            #expect(Self.hash(zip(edges, edges.dropFirst()).map { bytes[$0..<$1] }) == whole)
        }
        var others: Set<StreamHash> = [whole]
        for index in bytes.indices {
            var other = bytes
            other[index] ^= 1
            others.insert(Self.hash([other[...]]))
            others.insert(Self.hash([bytes[..<index]]))
        }
        #expect(others.count == 2 * bytes.count + 1)
        #expect(Self.hash([[0]]) != Self.hash([[0, 0]]))
    }

    @Test("an id depends on oracle, protocol and signature alone, and stays what it was")
    func findingIDs() {
        let violation = Violation(oracle: .linearizability, summary: "one", signature: "lost update")
        var other = violation
        other.summary = "two"
        other.packets = [1]
        other.notes = ["n"]
        other.margin = .nanoseconds(5)
        let id = Finding.id(of: violation, protocolName: "resp")
        #expect(id == "linearizability-cac115c6")
        #expect(Finding.id(of: other, protocolName: "resp") == id)
        #expect(Finding.id(of: violation, protocolName: "echo") != id)
        other.signature = "stale read"
        #expect(Finding.id(of: other, protocolName: "resp") != id)
        for number in 0..<300 {
            other.signature = "\(number)"
            #expect(Finding.id(of: other, protocolName: "resp").utf8.count == "linearizability-".utf8.count + 8)
        }
    }

    @Test("noise is a function of seed and execution: none in odd executions, swept and never over 0.5 in even ones")
    func noise() {
        var probabilities: Set<Double> = []
        for execution in 1...400 {
            let noise = NoiseSchedule.noise(seed: 5, execution: execution)
            #expect(NoiseSchedule.noise(seed: 5, execution: execution) == noise)
            guard execution % 2 == 0 else {
                #expect(noise == .none)
                continue
            }
            #expect(noise != NoiseSchedule.noise(seed: 6, execution: execution))
            #expect(noise.probability > 0 && noise.probability <= 0.5)
            #expect(
                noise.longestSleep == .zero || (.microseconds(10) ... .microseconds(100)).contains(noise.longestSleep))
            #expect(noise.sites.rawValue != 0)
            probabilities.insert(noise.probability)
        }
        #expect(probabilities.count == 5)
    }
}

/// Goal: a target that keeps what its clients left is found, one that warms up is not. Method: series of looks by hand.
@Suite("Watching resources")
struct ResourceWatchTests {
    static func held(descriptors: Int = 10, threads: Int = 2, zombies: Int = 0) -> ProcessTree.Resources {
        var held = ProcessTree.Resources()
        held.descriptors = descriptors
        held.threads = threads
        held.zombies = zombies
        return held
    }

    /// What a series of looks at the number of descriptors, or of threads, ends with.
    static func last(descriptors: [Int]) -> [String] {
        var watch = ResourceWatch()
        var found: [Violation] = []
        for value in descriptors { found = watch.observe(held(descriptors: value), executions: 5) }
        return found.map(\.summary)
    }

    @Test("growth over the tolerance in enough looks running is a leak")
    func leak() {
        let tolerance = ResourceWatch.tolerance
        let first = 10
        let enough = [first, 20, 30, 40, first + tolerance + 1]
        #expect(enough.count == ResourceWatch.risesNeeded + 1)
        #expect(
            Self.last(descriptors: enough)
                == ["the target at rest holds \(tolerance + 1) more descriptors than before 5 executions"])
        #expect(Self.last(descriptors: [first, 20, 30, 40, first + tolerance]).isEmpty)
        #expect(Self.last(descriptors: [first, 30, 40, first + tolerance + 1]).isEmpty)
        #expect(Self.last(descriptors: [first, 100, 200, 300, 300]).isEmpty)
        #expect(Self.last(descriptors: [first, 100, 200, 150, 300, 400, 500]).isEmpty)
        #expect(Self.last(descriptors: [first, 100, 200, 150, 300, 400, 500, 600]).count == 1)
        #expect(Self.last(descriptors: [500]).isEmpty)
    }

    @Test("threads are watched too, each for itself")
    func threads() {
        var watch = ResourceWatch()
        var found: [Violation] = []
        for threads in [2, 20, 40, 60, 80] { found = watch.observe(Self.held(threads: threads), executions: 9) }
        #expect(found.map(\.signature) == ["resources threads"])
        #expect(found.map(\.oracle) == [.resources])
    }

    @Test("one zombie is enough")
    func zombies() {
        var watch = ResourceWatch()
        let found = watch.observe(Self.held(zombies: 1), executions: 3)
        #expect(found.map(\.signature) == ["resources zombies"])
        #expect(found.first?.summary == "1 zombie child is left after 3 executions, all clients gone")
        let later = watch.observe(Self.held(), executions: 4)
        #expect(later.isEmpty)
    }

    @Test("a fresh target may hold a few more descriptors and threads than before, and no zombie")
    func compare() {
        func signatures(_ after: ProcessTree.Resources, _ executions: Int) -> [String] {
            ResourceWatch.compare(after, with: Self.held(), executions: executions).map(\.signature)
        }
        #expect(signatures(Self.held(descriptors: 14), 8).isEmpty)
        #expect(signatures(Self.held(descriptors: 15), 8) == ["resources descriptors"])
        #expect(signatures(Self.held(threads: 6), 100).isEmpty)
        #expect(signatures(Self.held(threads: 7, zombies: 2), 4) == ["resources zombies", "resources threads"])
    }
}
