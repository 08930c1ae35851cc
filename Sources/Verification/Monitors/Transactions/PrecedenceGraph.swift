/// What must come before what, and why: transactions, and nodes between them that stand for many at once.
struct PrecedenceGraph {
    typealias Reason = MonitorViolation.Step.Reason

    struct Edge {
        var from: Int32
        var to: Int32
        /// The key that it is about; -1 for time.
        var key: Int32
        var reason: Reason
        /// Whether it would not be there were time stamps otherwise.
        var isTimed = false
    }

    private(set) var nodes: Int32
    /// Where the edges of each node begin in the lists of edges; those of node n end where those of n + 1 begin.
    private var starts: [Int32] = []
    private var ends: [Int32] = []
    private var labels: [Label] = []
    /// Where each edge begins, until they are sorted.
    private var origins: [Int32] = []

    /// All but the ends of an edge in four bytes.
    private struct Label {
        private let bits: UInt32

        init(_ key: Int32, _ reason: Reason, _ isTimed: Bool) {
            bits = UInt32(bitPattern: key + 1) << 3 | UInt32(reason.rawValue) << 1 | (isTimed ? 1 : 0)
        }

        var key: Int32 { Int32(bitPattern: bits >> 3) - 1 }
        var reason: Reason { Reason(rawValue: UInt8(truncatingIfNeeded: bits >> 1 & 3))! }
        var isTimed: Bool { bits & 1 == 1 }
    }

    /// A graph whose first nodes are the transactions.
    init(transactions: Int) { nodes = Int32(transactions) }

    mutating func node() -> Int32 {
        nodes += 1
        return nodes - 1
    }

    mutating func add(_ from: Int32, _ to: Int32, _ reason: Reason, key: Int32 = -1, isTimed: Bool = false) {
        guard from != to else { return }
        origins.append(from)
        ends.append(to)
        labels.append(Label(key, reason, isTimed))
    }

    // MARK: Edges

    /// What the edges of a node lead to; the graph is sorted.
    func following(_ node: Int32) -> ArraySlice<Int32> { ends[Int(starts[Int(node)])..<Int(starts[Int(node) + 1])] }

    /// How many edges lead to each node.
    func incoming() -> [Int32] {
        var counts = Array(repeating: Int32(0), count: Int(nodes))
        for end in ends { counts[Int(end)] += 1 }
        return counts
    }

    /// The edges by where they end: those that lead to node n come from `origins[starts[n]..<starts[n + 1]]`.
    struct Backward {
        var starts: [Int32]
        var origins: [Int32]
    }

    /// - Complexity: O(nodes + edges).
    func backward() -> Backward {
        let first = Self.starts(of: ends, nodes)
        var next = first
        var origins = Array(repeating: Int32(0), count: ends.count)
        for node in 0..<nodes {
            for end in following(node) {
                origins[Int(next[Int(end)])] = node
                next[Int(end)] += 1
            }
        }
        return Backward(starts: first, origins: origins)
    }

    private static func starts(of places: [Int32], _ nodes: Int32) -> [Int32] {
        var starts = Array(repeating: Int32(0), count: Int(nodes) + 1)
        for place in places { starts[Int(place) + 1] += 1 }
        for node in 0..<Int(nodes) { starts[node + 1] += starts[node] }
        return starts
    }

    /// Forgets why: there is no asking for cycles any more.
    mutating func forgetReasons() { labels = [] }

    // MARK: Order

    /// Brings the edges of each node together, in the order in which they were added, where they are: there are many.
    ///
    /// - Complexity: O(nodes + edges), and sorting the edges of each node.
    mutating func sort() {
        starts = Self.starts(of: origins, nodes)
        var next = starts
        for node in 0..<Int(nodes) {
            while next[node] < starts[node + 1] { carry(from: Int(next[node]), &next) }
        }
        for node in 0..<Int(nodes) where starts[node + 1] - starts[node] > 1 {
            settle(Int(starts[node])..<Int(starts[node + 1]))
        }
        origins = []
    }

    /// Carries an edge to the next place of its node, the one that was there to its own, and so on, until one comes for
    /// the first place. From then on `origins` says of each where it was.
    private mutating func carry(from first: Int, _ next: inout [Int32]) {
        var place = first
        var (node, end, label) = (Int(origins[first]), ends[first], labels[first])
        while true {
            let target = Int(next[node])
            next[node] += 1
            let other = (Int(origins[target]), ends[target], labels[target])
            (origins[target], ends[target], labels[target]) = (Int32(truncatingIfNeeded: place), end, label)
            if target == first { return }
            place = target
            (node, end, label) = other
        }
    }

    /// So many edges of a node are sorted by insertion.
    private static let maximumInserted = 16

    /// The edges of one node in the order in which they were added.
    private mutating func settle(_ range: Range<Int>) {
        guard range.count > Self.maximumInserted else {
            for place in range.dropFirst() {
                var place = place
                while place > range.lowerBound, origins[place - 1] > origins[place] {
                    origins.swapAt(place - 1, place)
                    ends.swapAt(place - 1, place)
                    labels.swapAt(place - 1, place)
                    place -= 1
                }
            }
            return
        }
        let order = range.sorted { origins[$0] < origins[$1] }
        ends.replaceSubrange(range, with: order.map { ends[$0] })
        labels.replaceSubrange(range, with: order.map { labels[$0] })
    }

    // MARK: Cycles

    /// Cycles are looked for from so many nodes of a component, so that a short one is shown.
    private static let maximumStarts = 32

    /// A short cycle, as the edges along it from a transaction on; nil where there is none.
    ///
    /// - Complexity: O(nodes + edges).
    func cycle(timed: Bool, transactions: Int) -> [Edge]? {
        let components = components(timed: timed)
        var members: [Int32: [Int32]] = [:]
        var sizes = Array(repeating: Int32(0), count: Int(nodes))
        for component in components { sizes[Int(component)] += 1 }
        for node in 0..<transactions where sizes[Int(components[node])] > 1 {
            members[components[node], default: []].append(Int32(node))
        }
        // The smallest, and of those the first that was found, which has the highest number.
        guard let smallest = members.min(by: { ($0.value.count, $1.key) < ($1.value.count, $0.key) }) else {
            return nil
        }
        var best: [Edge]?
        for start in smallest.value.prefix(Self.maximumStarts) {
            guard let path = shortestCycle(start, timed: timed, components), path.count < best?.count ?? .max else {
                continue
            }
            best = path
        }
        return best
    }

    /// Breadth first, within the component.
    private func shortestCycle(_ start: Int32, timed: Bool, _ components: [Int32]) -> [Edge]? {
        var cameBy: [Int32: Edge] = [:]
        var queue = [start]
        var head = 0
        while head < queue.count {
            let node = queue[head]
            head += 1
            for place in Int(starts[Int(node)])..<Int(starts[Int(node) + 1]) {
                let (to, label) = (ends[place], labels[place])
                guard timed || !label.isTimed, components[Int(to)] == components[Int(start)] else { continue }
                let edge = Edge(from: node, to: to, key: label.key, reason: label.reason, isTimed: label.isTimed)
                if to == start {
                    var path = [edge]
                    while path[path.count - 1].from != start { path.append(cameBy[path[path.count - 1].from]!) }
                    return path.reversed()
                }
                if cameBy[to] == nil {
                    cameBy[to] = edge
                    queue.append(to)
                }
            }
        }
        return nil
    }

    /// The strongly connected component of each node, by Pearce's algorithm without recursion (A space-efficient
    /// algorithm for finding strongly connected components, 2016): one number a node, which is that of the first node it
    /// is known to lead to as long as its component is not complete. Components are numbered downwards, so that they are
    /// above all of those numbers.
    private func components(timed: Bool) -> [Int32] {
        var numbers = Array(repeating: Int32(-1), count: Int(nodes))
        var next = starts
        // Of a node on the path that leads to an earlier one the complement stands there.
        var (path, waiting): ([Int32], [Int32]) = ([], [])
        var (numbered, component) = (Int32(0), nodes - 1)
        for root in 0..<nodes where numbers[Int(root)] < 0 {
            (numbers[Int(root)], numbered) = (numbered, numbered + 1)
            path.append(root)
            while let top = path.last {
                let node = Int(top < 0 ? ~top : top)
                if next[node] < starts[node + 1] {
                    let place = Int(next[node])
                    let to = Int(ends[place])
                    if timed || !labels[place].isTimed, numbers[to] < 0 {
                        // The edge is looked at again behind it.
                        (numbers[to], numbered) = (numbered, numbered + 1)
                        path.append(Int32(truncatingIfNeeded: to))
                        continue
                    }
                    next[node] += 1
                    if timed || !labels[place].isTimed, numbers[to] < numbers[node] {
                        numbers[node] = numbers[to]
                        path[path.count - 1] = ~Int32(truncatingIfNeeded: node)
                    }
                    continue
                }
                path.removeLast()
                if top < 0 {
                    waiting.append(Int32(truncatingIfNeeded: node))
                    continue
                }
                while let member = waiting.last, numbers[Int(member)] >= numbers[node] {
                    waiting.removeLast()
                    (numbers[Int(member)], numbered) = (component, numbered - 1)
                }
                (numbers[node], numbered, component) = (component, numbered - 1, component - 1)
            }
        }
        return numbers
    }
}
