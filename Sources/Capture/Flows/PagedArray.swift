/// An array that grows without copying what it holds: the elements lie in pages. Made for many large elements.
///
/// - Complexity: O(1) for each access and for `append`.
struct PagedArray<Element> {
    /// All full but the last.
    private(set) var pages: [[Element]] = []
    private(set) var count = 0

    private static var shift: Int { 6 }
    private static var pageSize: Int { 1 << shift }

    @inline(__always)
    subscript(index: Int) -> Element {
        _read { yield pages[index >> Self.shift][index & (Self.pageSize - 1)] }
        _modify { yield &pages[index >> Self.shift][index & (Self.pageSize - 1)] }
    }

    /// Lends an element; a read through the subscript may copy it, which is dear for a large one.
    @inline(__always)
    func lend<Result>(_ index: Int, _ body: (borrowing Element) throws -> Result) rethrows -> Result {
        let page = pages[index >> Self.shift]
        let elements = page.span
        return try body(elements[index & (Self.pageSize - 1)])
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
