/// Lists whose entries can be taken out, and put back in the reverse order: Knuth's dancing links, "Dancing links", 2000.
///
/// Entries are numbered from 0; each list has a head, numbered after all entries.
struct DancingList {
    private var next: [Int32]
    private var previous: [Int32]
    private let entries: Int

    init(entries: Int, lists: Int) {
        self.entries = entries
        next = (0..<Int32(entries + lists)).map { $0 }
        previous = next
    }

    /// The head of a list: where it begins and ends.
    func head(_ list: Int) -> Int { entries + list }

    /// The entry after an entry, or after the head; the head again at the end.
    func after(_ entry: Int) -> Int { Int(next[entry]) }

    /// Adds an entry at the end of a list.
    mutating func append(_ entry: Int, to list: Int) {
        let head = entries + list
        let last = previous[head]
        next[Int(last)] = Int32(entry)
        previous[entry] = last
        next[entry] = Int32(head)
        previous[head] = Int32(entry)
    }

    mutating func takeOut(_ entry: Int) {
        next[Int(previous[entry])] = next[entry]
        previous[Int(next[entry])] = previous[entry]
    }

    /// Puts back the entry that was taken out last, of those that are out.
    mutating func putBack(_ entry: Int) {
        next[Int(previous[entry])] = Int32(entry)
        previous[Int(next[entry])] = Int32(entry)
    }
}
