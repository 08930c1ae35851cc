import Glibc

extension Array {
    /// Reserves room for so many elements, in large pages of memory where the kernel has them: the first touch of a page is
    /// the dearest thing about memory that is written once (madvise(2), MADV_HUGEPAGE). Without them it is as `reserveCapacity`.
    ///
    /// What is reserved and not used costs addresses, and at the end of what is used less than one large page.
    mutating func reserveLargePages(_ elements: Int) {
        reserveCapacity(elements)
        let bytes = capacity * MemoryLayout<Element>.stride
        withUnsafeMutableBytes { buffer in
            guard let start = buffer.baseAddress else { return }
            // Whole pages only: madvise asks for an address that begins one.
            let page = Int(getpagesize())
            let skipped = (page - Int(bitPattern: start) % page) % page
            guard bytes > skipped else { return }
            // Refused, nothing is lost.
            _ = madvise(start + skipped, bytes - skipped, MADV_HUGEPAGE)
        }
    }
}

extension ByteStream {
    /// Gives back the memory of the bytes before `offset`, which are of no meaning from then on: whole pages of it, where
    /// nobody else holds them (madvise(2), MADV_DONTNEED).
    ///
    /// - Complexity: O(bytes given back); where the bytes are shared, they are copied first.
    package mutating func giveBack(upTo offset: Int) {
        bytes.withUnsafeMutableBytes { buffer in
            guard let start = buffer.baseAddress else { return }
            let page = Int(getpagesize())
            let skipped = (page - Int(bitPattern: start) % page) % page
            let length = (min(offset, buffer.count) - skipped) / page * page
            guard length > 0 else { return }
            _ = madvise(start + skipped, length, MADV_DONTNEED)
        }
    }
}
