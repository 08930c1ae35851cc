/// `lost-push`: LPUSH and RPUSH read a list under the lock, release it, add to their copy, and put it back under the lock.
///
/// Modelled on `array[length] = element; length += 1` by two threads, which lose an element of Go's slices and Java's
/// `ArrayList`. A client sees an element vanish whose push was answered, or two pushes answered with the same length.
struct LostPush: Defect {
    let name = "lost-push"
    let summary = "LPUSH and RPUSH release the lock between reading the list and storing the longer one"
    let oracle = "linearizability"
    let grade = Grade.quick
    let replaces: Set<Part> = [.commands]

    func objection(to choice: Choice) -> String? { choice.needsSharedCollections }

    func plant(in assembly: inout Assembly) -> Bool {
        for name in ["LPUSH", "RPUSH"] {
            assembly.loosen(name) { correct in { words, table in correct.run(words, SplitTable(base: table)) } }
        }
        return true
    }
}
