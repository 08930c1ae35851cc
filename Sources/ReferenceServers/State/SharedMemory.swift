import CLinux
import Glibc

/// Anonymous memory that is shared with all children forked later. It has no name, so nothing is left of it.
///
/// The address is kept as a number: all holders may touch the memory at the same time, and each says how it is ordered:
/// plain access under a lock that lives in shared memory too, or the atomic calls. One of the few files with unsafe pointers.
package struct SharedMemory: Sendable {
    private let address: UInt
    /// Its size.
    package let byteCount: Int

    /// Maps `byteCount` zero bytes; nil when the kernel refuses. Pages use memory once they are touched.
    package init?(byteCount: Int) {
        let flags = MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE
        guard let memory = mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, -1, 0), memory != MAP_FAILED else {
            return nil
        }
        address = UInt(bitPattern: memory)
        self.byteCount = byteCount
    }

    /// The address of `offset`, of which `count` bytes will be touched. Traps out of bounds.
    func pointer(_ offset: Int, _ count: Int) -> UnsafeMutableRawPointer {
        precondition(offset >= 0 && count >= 0 && count <= byteCount - offset, "shared memory: out of bounds")
        return UnsafeMutableRawPointer(bitPattern: address)! + offset
    }

    /// The 8-byte word at `offset`, a multiple of 8. Plain access: hold the lock that protects it.
    package subscript(_ offset: Int) -> Int {
        get { pointer(offset, 8).load(as: Int.self) }
        nonmutating set { pointer(offset, 8).storeBytes(of: newValue, as: Int.self) }
    }

    /// Copies bytes in. Plain access.
    package func write(_ bytes: some Collection<UInt8>, at offset: Int) {
        let target = UnsafeMutableRawBufferPointer(start: pointer(offset, bytes.count), count: bytes.count)
        target.copyBytes(from: bytes)
    }

    /// Copies bytes out. Plain access.
    package func read(_ count: Int, at offset: Int) -> [UInt8] {
        Array(UnsafeRawBufferPointer(start: pointer(offset, count), count: count))
    }

    /// Whether the memory holds just these bytes. Plain access.
    package func holds(_ bytes: [UInt8], at offset: Int) -> Bool {
        bytes.withUnsafeBytes { memcmp($0.baseAddress!, pointer(offset, bytes.count), bytes.count) == 0 }
    }

    /// Adds to a word and returns its value from before, atomically.
    package func fetchAdd(_ amount: Int, at offset: Int) -> Int {
        Int(bitPattern: UInt(cf_atomic_fetch_add(pointer(offset, 8), UInt64(UInt(bitPattern: amount)))))
    }

    /// Reads a word atomically.
    package func atomicLoad(at offset: Int) -> Int {
        Int(bitPattern: UInt(cf_atomic_load(pointer(offset, 8))))
    }

    /// Writes a word atomically.
    package func atomicStore(_ value: Int, at offset: Int) {
        cf_atomic_store(pointer(offset, 8), UInt64(UInt(bitPattern: value)))
    }

    /// Copies bytes in, each atomically and none ordered with another: two such copies may race and mix.
    package func racyWrite(_ bytes: ArraySlice<UInt8>, at offset: Int) {
        bytes.withUnsafeBytes { cf_atomic_copy_in(pointer(offset, $0.count), $0.baseAddress, $0.count) }
    }

    /// Copies bytes out, each atomically.
    package func racyRead(_ count: Int, at offset: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            cf_atomic_copy_out(buffer.baseAddress, pointer(offset, count), count)
            initialized = count
        }
    }
}
