extension History {
    /// Unanswered drains may have taken anything; more than this each is not thought of.
    private static let maximumTaken = 256

    /// Each drain as the dequeues that it stands for: one of each value, and the one that found nothing more.
    ///
    /// - Returns: With it, which row of this history each row was.
    func withDrainsAsDequeues() -> (history: History, origin: [Int]?) {
        var origin: [Int] = []
        let puts = functions.count { $0 == .enqueue }
        for row in 0..<count {
            var copies = 1
            if functions[row] == .drain, statuses[row] == .ok, let taken = elements(of: results[row]) {
                copies = taken.count + 1
            } else if functions[row] == .drain, statuses[row] == .info {
                copies = Swift.min(puts, Self.maximumTaken)
            }
            origin += Array(repeating: row, count: copies)
        }
        var part = selecting(origin)
        part.doubts = doubts
        if puts > Self.maximumTaken, (0..<count).contains(where: { functions[$0] == .drain && statuses[$0] == .info }) {
            part.doubts.append(
                "A drain without an answer is taken to have dequeued at most \(Self.maximumTaken) values.")
        }
        var place = 0
        for row in 0..<count {
            let taken = functions[row] == .drain && statuses[row] == .ok ? elements(of: results[row]) : nil
            while place < origin.count, origin[place] == row {
                if let taken {
                    let index = place - origin.firstPlace(of: row, before: place)
                    part.results[place] = index < taken.count ? taken[index] : Self.null
                    part.functions[place] = .dequeue
                } else if functions[row] == .drain, statuses[row] == .info {
                    part.functions[place] = .dequeue
                }
                place += 1
            }
        }
        return (part, origin)
    }
}

extension [Int] {
    /// Where the run of `value` begins that `place` is in.
    fileprivate func firstPlace(of value: Int, before place: Int) -> Int {
        var first = place
        while first > 0, self[first - 1] == value { first -= 1 }
        return first
    }
}
