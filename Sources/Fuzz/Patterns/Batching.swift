import System

/// How a generated scenario divides one client's requests: into batches of one or of several.
struct Batching {
    let sizes: [Int]

    init(operations: Int, pipelined: Bool, _ random: inout SeededGenerator) {
        var sizes: [Int] = []
        var left = operations
        while left > 0 {
            let size = pipelined ? random.pick(1...left) : 1
            sizes.append(size)
            left -= size
        }
        self.sizes = sizes
    }
}
