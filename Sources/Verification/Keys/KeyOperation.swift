/// One operation on one key, or on several at once.
struct KeyOperation {
    enum Kind: UInt8 {
        case read, write, writeIfAbsent, swap, take, add, addRefused, append, length, delete, exists
        case writeMany, readMany, deleteMany, existsMany
    }

    var kind: Kind
    /// Whether it was answered.
    var isAnswered = true
    /// Its key; the first one of several.
    var key: Int32
    /// Its place in `Reading.calls`.
    var call: Int32
    /// Its connection: a server takes the commands of one connection in order.
    var lane: Int32
    /// A cell to write, a number to add, or the text to append.
    var argument = 0
    /// A cell that was read, or the number answered.
    var result = 0
    /// In nanoseconds.
    var invoked: Int64 = 0
    /// In nanoseconds; the largest number where unanswered.
    var completed = Int64.max
    /// Where its keys and cells lie in `KeyHistory.parts`, if it has several.
    var firstPart: Int32 = 0
    var partCount: Int32 = 0

    /// Whether, answered like this, it changes nothing wherever it may happen.
    var isReader: Bool {
        switch kind {
        case .read, .addRefused, .length, .exists, .readMany, .existsMany: return true
        case .writeIfAbsent, .delete, .deleteMany: return isAnswered && result == 0
        default: return false
        }
    }

    /// Whether it tells or does nothing when unanswered.
    var isIdleUnanswered: Bool {
        switch kind {
        case .read, .addRefused, .length, .exists, .readMany, .existsMany: return true
        default: return false
        }
    }
}

/// One key of an operation on several.
struct KeyPart {
    var key: Int32
    /// The cell written or read.
    var cell: Int
}
