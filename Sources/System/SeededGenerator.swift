/// The one source of randomness: SplitMix64 (Steele, Lea, Flood 2014). Equal seeds give equal sequences on every machine.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    @usableFromInline var state: UInt64

    /// Starts a sequence.
    @inlinable public init(seed: UInt64) {
        state = seed
    }

    /// A sequence of its own for part `index` of a run with this seed.
    public init(seed: UInt64, index: UInt64) {
        var mixer = SeededGenerator(seed: seed ^ (index &* 0xD1B5_4A32_D192_ED03))
        state = mixer.next()
    }

    /// The next 64 bits.
    @inlinable public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// True once in `times` draws on average.
    ///
    /// - Precondition: `times` is not 0.
    @inlinable public mutating func oneIn(_ times: UInt64) -> Bool {
        next() % times == 0
    }

    /// A number in `range`, by remainder: the bias is below 2^-40 for the small ranges used here.
    @inlinable public mutating func pick(_ range: ClosedRange<Int>) -> Int {
        // The whole range of 64 bits has one number more than they count.
        let most = UInt64(bitPattern: Int64(range.upperBound &- range.lowerBound))
        let drawn = most == .max ? next() : next() % (most + 1)
        return range.lowerBound &+ Int(truncatingIfNeeded: drawn)
    }

    /// An element, each as often as it weighs; nil where all weigh nothing. Less than nothing is nothing, and what weighs
    /// more than fits is cut.
    package mutating func pick<Element>(_ elements: [Element], byWeight weight: (Element) -> Int) -> Element? {
        let sum = elements.reduce(0) { sum, element in
            let (more, isBeyond) = sum.addingReportingOverflow(max(0, weight(element)))
            return isBeyond ? .max : more
        }
        guard sum > 0 else { return nil }
        var ticket = pick(1...sum)
        return elements.first { element in
            ticket -= max(0, weight(element))
            return ticket <= 0
        }
    }

    /// An element.
    ///
    /// - Precondition: `elements` is not empty.
    @inlinable public mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int(next() % UInt64(elements.count))]
    }
}
