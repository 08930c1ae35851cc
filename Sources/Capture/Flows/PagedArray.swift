/// An array that grows without copying what it holds: the elements lie in pages. Made for many large elements.
///
/// An element is changed by a closure: a subscript would yield it from a coroutine, which for a large element lies in a
/// frame on the heap, one for each access.
///
/// - Complexity: O(1) for each access and for `append`.
package struct PagedArray<Element> {
    /// All full but the last.
    package private(set) var pages: [[Element]] = []
    package private(set) var count = 0

    package init() {}

    /// So many bytes and no more are in a page: some of the large pages of memory.
    private static var pageBytes: Int { 32 << 20 }
    /// The first page grows as an array does until it holds so many: most tables are small.
    private static var fewElements: Int { 1024 }
    private static var shift: Int { (pageBytes / max(1, MemoryLayout<Element>.stride)).logarithm }
    private static var pageSize: Int { 1 << shift }

    /// A copy of an element.
    @inline(__always)
    package subscript(index: Int) -> Element { lend(index) { $0 } }

    /// Lends an element, which is not copied.
    @inline(__always)
    package func lend<Result>(_ index: Int, _ body: (borrowing Element) throws -> Result) rethrows -> Result {
        let page = pages[index >> Self.shift]
        let elements = page.span
        return try body(elements[index & (Self.pageSize - 1)])
    }

    /// Changes an element in its place.
    @inline(__always)
    package mutating func change<Result>(_ index: Int, _ body: (inout Element) throws -> Result) rethrows -> Result {
        var pages = pages.mutableSpan
        var elements = pages[index >> Self.shift].mutableSpan
        return try body(&elements[index & (Self.pageSize - 1)])
    }

    package mutating func append(_ element: consuming Element) {
        let last = count >> Self.shift
        if last == pages.count { pages.append([]) }
        if count == Self.fewElements || count > 0 && count & (Self.pageSize - 1) == 0 {
            pages[last].reserveLargePages(Self.pageSize)
        }
        pages[last].append(element)
        count += 1
    }
}

extension Int {
    /// The logarithm to base 2 of a number above 0, rounded down.
    fileprivate var logarithm: Int { Int.bitWidth - 1 - leadingZeroBitCount }
}

extension PagedArray: Sendable where Element: Sendable {}
