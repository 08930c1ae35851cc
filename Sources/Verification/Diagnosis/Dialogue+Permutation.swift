import Capture

extension Dialogue {
    /// At most so many outstanding requests are tried for a permutation.
    static let maximumWindow = 64

    /// The smallest number of requests from `request` on, all sent before the reply at `reply` came, whose replies are
    /// there but in another order; nil if there is none.
    ///
    /// - Complexity: O(window³) calls of `fits` at worst; a window is at most `maximumWindow`.
    func permutation(_ request: Int, _ reply: Int) -> Int? {
        let arrival = replies[reply].first.number
        var limit = 0
        while limit < Self.maximumWindow, request + limit < count, reply + limit < replies.count,
            self.request(request + limit).last.number < arrival
        { limit += 1 }
        guard limit >= 2 else { return nil }
        var matching = Matching(size: limit)
        for size in 1...limit {
            for row in 0..<size {
                matching.fits[row * limit + size - 1] = fits(request + row, reply + size - 1)
                matching.fits[(size - 1) * limit + row] = fits(request + size - 1, reply + row)
            }
            if matching.isPerfect(size) { return size }
        }
        return nil
    }

    /// Another connection's request, open at the same time, whose reply this is by its bytes, or whose own reply is not
    /// right while this one would be.
    func strangerWithSameReply(_ request: Int, _ reply: Int) -> ExchangeReference? {
        let message = replies[reply]
        var fallback: ExchangeReference?
        for call in reading.calls where Int(call.conversation) != index && !call.isSilent {
            let other = reading.request(call)
            guard other.first.number < message.first.number, isStillOpen(call, at: message.first) else { continue }
            guard meaning.isTelling(call, message, reading) else { continue }
            guard
                meaning.fits(call, other, heads[reply], message, reading)
                    || meaning.isPiece(message.bytes, ofRequest: other.bytes)
            else {
                continue
            }
            let owner = ExchangeReference(conversation: Int(call.conversation), exchange: Int(call.exchange))
            guard let own = reading.reply(call) else {
                fallback = fallback ?? owner
                continue
            }
            if own.bytes == message.bytes { return owner }
            if !meaning.fits(call, other, call.head, own, reading) { fallback = fallback ?? owner }
        }
        return fallback
    }
}

/// Kuhn's algorithm on a small square table.
struct Matching {
    let stride: Int
    var fits: [Bool]

    init(size: Int) {
        stride = size
        fits = Array(repeating: false, count: size * size)
    }

    /// Whether the first `size` rows can each have a column of their own among the first `size`.
    func isPerfect(_ size: Int) -> Bool {
        var rowOf = Array(repeating: -1, count: size)
        for row in 0..<size {
            var seen = Array(repeating: false, count: size)
            if !assign(row, size, &rowOf, &seen) { return false }
        }
        return true
    }

    private func assign(_ row: Int, _ size: Int, _ rowOf: inout [Int], _ seen: inout [Bool]) -> Bool {
        for column in 0..<size where fits[row * stride + column] && !seen[column] {
            seen[column] = true
            if rowOf[column] < 0 || assign(rowOf[column], size, &rowOf, &seen) {
                rowOf[column] = row
                return true
            }
        }
        return false
    }
}
