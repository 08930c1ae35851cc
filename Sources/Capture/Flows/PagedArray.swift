/// An array that grows without copying what it holds: the elements lie in pages. Made for many large elements.
///
/// An element is changed by a closure: a subscript would yield it from a coroutine, which for a large element lies in a
/// frame on the heap, one for each access.
///
/// - Complexity: O(1) for each access and for `append`.
struct PagedArray<Element> {
    /// All full but the last.
    private(set) var pages: [[Element]] = []
    private(set) var count = 0

    private static var shift: Int { 6 }
    private static var pageSize: Int { 1 << shift }

    /// A copy of an element.
    @inline(__always)
    subscript(index: Int) -> Element { lend(index) { $0 } }

    /// Lends an element, which is not copied.
    @inline(__always)
    func lend<Result>(_ index: Int, _ body: (borrowing Element) throws -> Result) rethrows -> Result {
        let page = pages[index >> Self.shift]
        let elements = page.span
        return try body(elements[index & (Self.pageSize - 1)])
    }

    /// Changes an element in its place.
    @inline(__always)
    mutating func change<Result>(_ index: Int, _ body: (inout Element) throws -> Result) rethrows -> Result {
        var pages = pages.mutableSpan
        var elements = pages[index >> Self.shift].mutableSpan
        return try body(&elements[index & (Self.pageSize - 1)])
    }

    mutating func append(_ element: consuming Element) {
        if count & (Self.pageSize - 1) == 0 {
            var page: [Element] = []
            // The first page grows as it needs: most tables are small.
            if count > 0 { page.reserveCapacity(Self.pageSize) }
            pages.append(page)
        }
        pages[count >> Self.shift].append(element)
        count += 1
    }
}

extension PagedArray: Sendable where Element: Sendable {}
