/// Blocks of shared memory, by size classes: the allocator of the shared store.
///
/// Each stripe has its own free lists, so the stripe's lock protects them and allocating takes no lock of its own; fresh
/// blocks come from one atomic counter. Every list changes by a single store: a process that dies in between leaks a block,
/// and breaks nothing. Freed blocks are used again for their class; classes are at most a quarter apart.
package struct Arena: Sendable {
    private let memory: SharedMemory
    /// The offset of the counter of bytes given out.
    private let top: Int
    private let freeLists: Int
    private static let classes = 160
    /// A block's header: its class.
    private static let header = 8

    /// Bytes that an arena needs before its blocks.
    package static func overhead(stripes: Int) -> Int { 8 + stripes * classes * 8 }

    /// Lays an arena out at `offset` of zeroed memory; blocks fill the rest of it.
    package init(_ memory: SharedMemory, at offset: Int, stripes: Int) {
        self.memory = memory
        top = offset
        freeLists = offset + 8
        memory.atomicStore((offset + Self.overhead(stripes: stripes) + 15) & ~15, at: top)
    }

    /// A block for `count` bytes, or nil when the arena is full. Hold the stripe's lock.
    package func allocate(_ count: Int, stripe: Int) -> Int? {
        let (sizeClass, size) = Self.sizeClass(for: count + Self.header)
        let list = freeLists + (stripe * Self.classes + sizeClass) * 8
        let free = memory[list]
        if free != 0 {
            memory[list] = memory[free]
            return free
        }
        guard memory.atomicLoad(at: top) <= memory.byteCount - size else { return nil }
        let fresh = memory.fetchAdd(size, at: top)
        guard fresh <= memory.byteCount - size else { return nil }
        memory[fresh] = sizeClass
        return fresh + Self.header
    }

    /// Gives a block back. Hold the lock of the stripe that allocated it.
    package func free(_ block: Int, stripe: Int) {
        let list = freeLists + (stripe * Self.classes + memory[block - Self.header]) * 8
        memory[block] = memory[list]
        memory[list] = block
    }

    /// Bytes given out since the start, reused ones counted once.
    package var used: Int { min(memory.atomicLoad(at: top), memory.byteCount) }

    /// The class of blocks with at least `count` bytes, and their size: 16, 32, 48, 64, 80, 96, 112, 128, 160, 192, …
    package static func sizeClass(for count: Int) -> (index: Int, size: Int) {
        guard count > 64 else {
            let index = max(0, (count - 1) >> 4)
            return (index, (index + 1) << 4)
        }
        let exponent = Int.bitWidth - 1 - (count - 1).leadingZeroBitCount
        let step = 1 << (exponent - 2)
        let quarter = (count - 1 - (1 << exponent)) / step
        return (4 + (exponent - 6) * 4 + quarter, (1 << exponent) + (quarter + 1) * step)
    }
}
