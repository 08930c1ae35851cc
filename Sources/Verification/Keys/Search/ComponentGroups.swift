/// Events dealt out to the components of keys that are checked.
struct ComponentGroups {
    private var starts: [Int] = [0]
    private var dealt: [KeyEvent] = []
    private var keys: [Int] = []
    private var alone: [Bool] = []
    private(set) var excludedKeys = 0
    private(set) var exclusionReasons: Set<String> = []

    /// How many components have operations.
    var count: Int { keys.count }
    /// A key of the component.
    func key(_ group: Int) -> Int { keys[group] }
    /// How many events it has.
    func size(_ group: Int) -> Int { starts[group + 1] - starts[group] }
    /// Whether the component has one key.
    func isAlone(_ group: Int) -> Bool { alone[group] }

    /// Its events in order.
    func events(_ group: Int, of operations: [KeyOperation]) -> [SearchEvent] {
        dealt[starts[group]..<starts[group + 1]].map { $0.event(of: operations) }
    }

    /// - Complexity: O(events + keys).
    init(_ history: inout KeyHistory, _ events: [KeyEvent]) {
        let keyCount = history.keys.count
        var sizes = Array(repeating: 0, count: keyCount)
        var excluded = Array(repeating: false, count: keyCount)
        for key in 0..<keyCount {
            let root = Int(history.root(Int32(key)))
            sizes[root] += 1
            guard let why = history.exclusion[key] else { continue }
            excluded[root] = true
            exclusionReasons.insert(why.reason)
        }
        for root in 0..<keyCount where excluded[root] { excludedKeys += sizes[root] }
        var counts = Array(repeating: 0, count: keyCount)
        for event in events {
            let root = Int(history.root(history.operations[Int(event.operation)].key))
            if !excluded[root] { counts[root] += 1 }
        }
        var next = Array(repeating: -1, count: keyCount)
        for root in 0..<keyCount where counts[root] > 0 {
            next[root] = starts[keys.count]
            keys.append(root)
            alone.append(sizes[root] == 1)
            starts.append(next[root] + counts[root])
        }
        dealt = Array(repeating: KeyEvent(operation: 0, isResponse: false), count: starts[keys.count])
        for event in events {
            let root = Int(history.root(history.operations[Int(event.operation)].key))
            guard next[root] >= 0 else { continue }
            dealt[next[root]] = event
            next[root] += 1
        }
    }
}
