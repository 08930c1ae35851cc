/// A hash table for threads, in stripes with a mutex each. It is bounded by the memory of the process.
package struct ThreadTable: Table {
    private final class Stripe: Sendable {
        let entries = Guarded<[[UInt8]: Value]>([:])
    }

    private let stripes = (0..<Limits.stripes).map { _ in Stripe() }

    package init() {}

    private func stripe(_ key: [UInt8]) -> Stripe {
        stripes[Int(truncatingIfNeeded: stableHash(key)) & (Limits.stripes - 1)]
    }

    package func read(_ key: [UInt8]) -> Value? {
        stripe(key).entries.withLock { $0[key] }
    }

    package func write(_ key: [UInt8], _ value: Value?) -> Reply? {
        stripe(key).entries.withLock { $0[key] = value }
        return nil
    }

    package func modify(_ key: [UInt8], _ change: (inout Value?) -> Reply) -> Reply {
        stripe(key).entries.withLock { change(&$0[key]) }
    }

    package func removeAll() {
        for stripe in stripes { stripe.entries.withLock { $0.removeAll() } }
    }

    package var count: Int {
        stripes.reduce(0) { sum, stripe in sum + stripe.entries.withLock { $0.count } }
    }
}
