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

    private let transactions: Int32
    private(set) var nodes: Int32
    /// Where the edges of each node begin in `ends`; those of node n end where those of n + 1 begin.
    private var starts: [Int32]
    /// Where each edge ends, times two; one more where it is timed.
    private var ends: [UInt32] = []
    /// What becomes of an edge that is named.
    private var stage = Stage.counted
    /// Where the next edge of each node is, while they are named to say why.
    private var next: [Int32] = []
    /// Why the edges are there that were asked about, by their places in `ends`.
    private var reasons: [Int32: (reason: Reason, key: Int32)] = [:]

    private enum Stage {
        case counted, entered, explained
    }

    /// A graph whose first nodes are the transactions. There are many edges, so each is kept in four bytes where it
    /// belongs; why it is there is asked again about those of a cycle.
    ///
    /// - Parameter name: adds all nodes and edges, each time the same in the same order; it is asked twice.
    /// - Complexity: O(nodes + edges).
    init(transactions: Int, _ name: (inout PrecedenceGraph) -> Void) {
        self.transactions = Int32(transactions)
        nodes = self.transactions
        // The edges of node n are counted two places further on. Summed up, the place before says where they begin; what is
        // entered moves it to where they end.
        starts = Array(repeating: 0, count: transactions + 2)
        name(&self)
        for place in starts.indices.dropFirst() { starts[place] += starts[place - 1] }
        ends = Array(repeating: 0, count: Int(starts[starts.count - 1]))
        nodes = self.transactions
        stage = .entered
        name(&self)
    }

    mutating func node() -> Int32 {
        if stage == .counted { starts.append(0) }
        nodes += 1
        return nodes - 1
    }

    mutating func add(_ from: Int32, _ to: Int32, _ reason: Reason, key: Int32 = -1, isTimed: Bool = false) {
        guard from != to else { return }
        switch stage {
        case .counted: starts[Int(from) + 2] += 1
        case .entered:
            ends[Int(starts[Int(from) + 1])] = UInt32(to) << 1 | (isTimed ? 1 : 0)
            starts[Int(from) + 1] += 1
        case .explained:
            if reasons[next[Int(from)]] != nil { reasons[next[Int(from)]] = (reason, key) }
            next[Int(from)] += 1
        }
    }

    // MARK: Edges

    /// What the edges of a node lead to, in the order in which they were added.
    func following(_ node: Int32) -> LazyMapSequence<ArraySlice<UInt32>, Int32> {
        ends[Int(starts[Int(node)])..<Int(starts[Int(node) + 1])].lazy.map { Int32($0 >> 1) }
    }

    /// How many edges lead to each node.
    func incoming() -> [Int32] {
        var counts = Array(repeating: Int32(0), count: Int(nodes))
        for end in ends { counts[Int(end >> 1)] += 1 }
        return counts
    }

    /// The edges by where they end: those that lead to node n come from `origins[starts[n]..<starts[n + 1]]`.
    struct Backward {
        var starts: [Int32]
        var origins: [Int32]
    }

    /// - Complexity: O(nodes + edges).
    func backward() -> Backward {
        var starts = Array(repeating: Int32(0), count: Int(nodes) + 2)
        for end in ends { starts[Int(end >> 1) + 2] += 1 }
        for place in starts.indices.dropFirst() { starts[place] += starts[place - 1] }
        var origins = Array(repeating: Int32(0), count: ends.count)
        for node in 0..<nodes {
            for end in following(node) {
                origins[Int(starts[Int(end) + 1])] = node
                starts[Int(end) + 1] += 1
            }
        }
        return Backward(starts: starts, origins: origins)
    }

    // MARK: Cycles

    /// Cycles are looked for from so many nodes of a component, so that a short one is shown.
    private static let maximumStarts = 32

    /// An edge, by the node where it begins and its place in `ends`.
    private struct Place {
        var from: Int32
        var place: Int32
    }

    /// A short cycle, as the edges along it from a transaction on; nil where there is none.
    ///
    /// - Parameter name: what the graph was made with.
    /// - Complexity: O(nodes + edges).
    func cycle(timed: Bool, _ name: (inout PrecedenceGraph) -> Void) -> [Edge]? {
        let components = components(timed: timed)
        var members: [Int32: [Int32]] = [:]
        var sizes = Array(repeating: Int32(0), count: Int(nodes))
        for component in components { sizes[Int(component)] += 1 }
        for node in 0..<transactions where sizes[Int(components[Int(node)])] > 1 {
            members[components[Int(node)], default: []].append(node)
        }
        // The smallest, and of those the first that was found, which has the highest number.
        guard let smallest = members.min(by: { ($0.value.count, $1.key) < ($1.value.count, $0.key) }) else {
            return nil
        }
        var best: [Place]?
        for start in smallest.value.prefix(Self.maximumStarts) {
            guard let path = shortestCycle(start, timed: timed, components), path.count < best?.count ?? .max else {
                continue
            }
            best = path
        }
        return best.map { explained($0, name) }
    }

    /// The edges of a path, and why they are there.
    private func explained(_ path: [Place], _ name: (inout PrecedenceGraph) -> Void) -> [Edge] {
        var graph = self
        (graph.stage, graph.nodes, graph.next) = (.explained, transactions, starts)
        for edge in path { graph.reasons[edge.place] = (.time, -1) }
        name(&graph)
        return path.map { edge in
            let (end, why) = (ends[Int(edge.place)], graph.reasons[edge.place]!)
            return Edge(
                from: edge.from, to: Int32(end >> 1), key: why.key, reason: why.reason, isTimed: end & 1 == 1)
        }
    }

    /// Breadth first, within the component.
    private func shortestCycle(_ start: Int32, timed: Bool, _ components: [Int32]) -> [Place]? {
        var cameBy: [Int32: Place] = [:]
        var queue = [start]
        var head = 0
        while head < queue.count {
            let node = queue[head]
            head += 1
            for place in Int(starts[Int(node)])..<Int(starts[Int(node) + 1]) {
                let (to, isTimed) = (Int32(ends[place] >> 1), ends[place] & 1 == 1)
                guard timed || !isTimed, components[Int(to)] == components[Int(start)] else { continue }
                let edge = Place(from: node, place: Int32(truncatingIfNeeded: place))
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
                    let end = ends[Int(next[node])]
                    let (to, counts) = (Int(end >> 1), timed || end & 1 == 0)
                    if counts, numbers[to] < 0 {
                        // The edge is looked at again behind it.
                        (numbers[to], numbered) = (numbered, numbered + 1)
                        path.append(Int32(truncatingIfNeeded: to))
                        continue
                    }
                    next[node] += 1
                    if counts, numbers[to] < numbers[node] {
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
