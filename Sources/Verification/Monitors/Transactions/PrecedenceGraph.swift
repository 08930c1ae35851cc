/// What must come before what, and why: transactions, and nodes between them that stand for many at once.
struct PrecedenceGraph {
    /// Why one comes before another.
    enum Reason: UInt8 {
        /// The second saw what the first wrote.
        case seen
        /// What the second wrote came behind what the first wrote.
        case follows
        /// The first did not see what the second wrote.
        case unseen
        /// The first was over before the second began.
        case time
    }

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
    private(set) var edges: [Edge] = []

    /// A graph whose first nodes are the transactions.
    init(transactions: Int) { nodes = Int32(transactions) }

    mutating func node() -> Int32 {
        nodes += 1
        return nodes - 1
    }

    mutating func add(_ from: Int32, _ to: Int32, _ reason: Reason, key: Int32 = -1, isTimed: Bool = false) {
        guard from != to else { return }
        edges.append(Edge(from: from, to: to, key: key, reason: reason, isTimed: isTimed))
    }

    /// The edges by where they begin, or end: those of node n are `order[starts[n]..<starts[n + 1]]`.
    struct Adjacency {
        var starts: [Int32]
        var order: [Int32]
    }

    /// - Complexity: O(nodes + edges).
    func adjacency(timed: Bool = true, isBackward: Bool = false) -> Adjacency {
        var starts = Array(repeating: Int32(0), count: Int(nodes) + 1)
        for edge in edges where timed || !edge.isTimed { starts[Int(isBackward ? edge.to : edge.from) + 1] += 1 }
        for node in 0..<Int(nodes) { starts[node + 1] += starts[node] }
        var next = starts
        var order = Array(repeating: Int32(0), count: Int(starts[Int(nodes)]))
        for (index, edge) in edges.enumerated() where timed || !edge.isTimed {
            let node = Int(isBackward ? edge.to : edge.from)
            order[Int(next[node])] = Int32(truncatingIfNeeded: index)
            next[node] += 1
        }
        return Adjacency(starts: starts, order: order)
    }

    // MARK: Cycles

    /// Cycles are looked for from so many nodes of a component, so that a short one is shown.
    private static let maximumStarts = 32

    /// A short cycle, as the edges along it from a transaction on; nil where there is none.
    ///
    /// - Complexity: O(nodes + edges).
    func cycle(timed: Bool, transactions: Int) -> [Edge]? {
        let adjacency = adjacency(timed: timed)
        let components = components(adjacency)
        var members: [Int32: [Int32]] = [:]
        var sizes = Array(repeating: Int32(0), count: Int(nodes))
        for component in components { sizes[Int(component)] += 1 }
        for node in 0..<transactions where sizes[Int(components[node])] > 1 {
            members[components[node], default: []].append(Int32(node))
        }
        guard let smallest = members.min(by: { ($0.value.count, $0.key) < ($1.value.count, $1.key) }) else {
            return nil
        }
        var best: [Edge]?
        for start in smallest.value.prefix(Self.maximumStarts) {
            guard let path = shortestCycle(start, adjacency, components), path.count < best?.count ?? .max else {
                continue
            }
            best = path
        }
        return best
    }

    /// Breadth first, within the component.
    private func shortestCycle(_ start: Int32, _ adjacency: Adjacency, _ components: [Int32]) -> [Edge]? {
        var cameBy: [Int32: Int32] = [:]
        var queue = [start]
        var head = 0
        while head < queue.count {
            let node = queue[head]
            head += 1
            for place in adjacency.starts[Int(node)]..<adjacency.starts[Int(node) + 1] {
                let index = adjacency.order[Int(place)]
                let to = edges[Int(index)].to
                guard components[Int(to)] == components[Int(start)] else { continue }
                if to == start {
                    var path = [edges[Int(index)]]
                    while path[path.count - 1].from != start {
                        path.append(edges[Int(cameBy[path[path.count - 1].from]!)])
                    }
                    return path.reversed()
                }
                if cameBy[to] == nil {
                    cameBy[to] = index
                    queue.append(to)
                }
            }
        }
        return nil
    }

    /// The strongly connected component of each node, by Tarjan's algorithm without recursion.
    private func components(_ adjacency: Adjacency) -> [Int32] {
        let count = Int(nodes)
        var component = Array(repeating: Int32(-1), count: count)
        var (number, low) = (Array(repeating: Int32(-1), count: count), Array(repeating: Int32(0), count: count))
        var next = adjacency.starts
        var (stack, path): ([Int32], [Int32]) = ([], [])
        var (numbered, found) = (Int32(0), Int32(0))
        for root in 0..<Int32(count) where number[Int(root)] < 0 {
            path.append(root)
            while let node = path.last {
                let at = Int(node)
                if number[at] < 0 {
                    (number[at], low[at]) = (numbered, numbered)
                    numbered += 1
                    stack.append(node)
                }
                if next[at] < adjacency.starts[at + 1] {
                    let to = Int(edges[Int(adjacency.order[Int(next[at])])].to)
                    next[at] += 1
                    if number[to] < 0 {
                        path.append(Int32(to))
                    } else if component[to] < 0 {
                        low[at] = min(low[at], number[to])
                    }
                    continue
                }
                path.removeLast()
                if let parent = path.last { low[Int(parent)] = min(low[Int(parent)], low[at]) }
                guard low[at] == number[at] else { continue }
                while let member = stack.popLast() {
                    component[Int(member)] = found
                    if member == node { break }
                }
                found += 1
            }
        }
        return component
    }
}
