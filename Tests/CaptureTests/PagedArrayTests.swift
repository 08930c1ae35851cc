import Testing

import Capture

@Suite("Paged arrays")
struct PagedArrayTests {
    /// Large, so that few of them fill a page.
    private struct Large {
        var number: Int
        var padding = InlineArray<1023, Int>(repeating: 0)
    }

    @Test("elements keep their places while few become many and one page becomes several")
    func growth() {
        var array = PagedArray<Large>()
        for number in 0..<5000 { array.append(Large(number: number)) }
        #expect(array.count == 5000)
        #expect(array.pages.count == 2)
        for number in 0..<5000 where array.lend(number, \.number) != number {
            Issue.record("\(array[number].number) at \(number)")
        }
        array.change(1024) { $0.number = -1 }
        #expect([1023, 1024, 1025].map { array[$0].number } == [1023, -1, 1025])
    }

    @Test("a copy that was made on the way does not change")
    func copies() {
        var array = PagedArray<Int>()
        for number in 0..<1024 { array.append(number) }
        let copy = array
        array.append(1024)
        array.change(0) { $0 = 7 }
        #expect(copy.count == 1024)
        #expect(copy[0] == 0)
        #expect(array[0] == 7)
        #expect(array[1024] == 1024)
    }
}
