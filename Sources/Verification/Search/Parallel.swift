import Glibc
import Synchronization

/// Work on several threads of the machine, without a task or a queue of Swift's: a checker is called from anywhere.
enum Parallel {
    private final class Work<Value: Sendable>: Sendable {
        let count: Int
        let next = Atomic<Int>(0)
        let isStopped = Atomic<Bool>(false)
        let results: Mutex<[Value?]>
        let body: @Sendable (Int) -> Value
        let isLast: @Sendable (Value) -> Bool

        init(_ count: Int, _ body: @escaping @Sendable (Int) -> Value, _ isLast: @escaping @Sendable (Value) -> Bool) {
            self.count = count
            self.body = body
            self.isLast = isLast
            results = Mutex(Array(repeating: nil, count: count))
        }

        func run() {
            while !isStopped.load(ordering: .relaxed) {
                let index = next.add(1, ordering: .relaxed).oldValue
                guard index < count else { return }
                let value = body(index)
                if isLast(value) { isStopped.store(true, ordering: .relaxed) }
                results.withLock { $0[index] = value }
            }
        }
    }

    /// The results of `body` for 0..<count, in order; nil for those that were not begun after one for which `stopAfter`
    /// was true.
    static func map<Value: Sendable>(
        _ count: Int, threads: Int, _ body: @escaping @Sendable (Int) -> Value,
        stopAfter isLast: @escaping @Sendable (Value) -> Bool
    ) -> [Value?] {
        let work = Work(count, body, isLast)
        let helpers = (1..<max(1, min(threads, count))).compactMap { _ in start { work.run() } }
        work.run()
        for helper in helpers { pthread_join(helper, nil) }
        return work.results.withLock { $0 }
    }

    private final class Body {
        let run: () -> Void
        init(_ run: @escaping () -> Void) { self.run = run }
    }

    /// A thread, or nil where the machine gives none: then the caller does the work alone. pthread_create(3)
    private static func start(_ body: @escaping () -> Void) -> pthread_t? {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(Body(body))
        let status = pthread_create(
            &thread, nil,
            { context in
                Unmanaged<Body>.fromOpaque(context!).takeRetainedValue().run()
                return nil
            }, context.toOpaque())
        guard status == 0 else {
            context.release()
            return nil
        }
        return thread
    }
}
