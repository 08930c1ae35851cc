/// One operation on one key, or on several at once.
package struct KeyOperation {
    package enum Kind: UInt8 {
        case read, write, writeIfAbsent, swap, take, add, addRefused, append, length, delete, exists
        /// Where nothing is there they do nothing: overwrites; puts text behind, or before; counts down to 0 at least.
        case replace, extend, extendFront, decrease
        /// A `swap` of what is known to be there, or nothing.
        case compareAndSwap
        case writeMany, readMany, deleteMany, existsMany
    }

    package var kind: Kind
    /// Whether it was answered.
    package var isAnswered = true
    /// Its key; the first one of several.
    package var key: Int32
    /// Its place in `Reading.calls`.
    package var call: Int32
    /// Its connection: a server takes the commands of one connection in order.
    package var lane: Int32
    /// A cell to write, a number to add, or the text to append.
    package var argument = 0
    /// A cell that was read, or the number answered.
    package var result = 0
    /// In nanoseconds.
    package var invoked: Int64 = 0
    /// In nanoseconds; the largest number where unanswered.
    package var completed = Int64.max
    /// Where its keys and cells lie in `KeyHistory.parts`, if it has several.
    package var firstPart: Int32 = 0
    package var partCount: Int32 = 0

    package init(kind: Kind, key: Int32, call: Int32, lane: Int32) {
        self.kind = kind
        self.key = key
        self.call = call
        self.lane = lane
    }

    /// Whether, answered like this, it changes nothing wherever it may happen.
    package var isReader: Bool {
        switch kind {
        case .read, .addRefused, .length, .exists, .readMany, .existsMany: return true
        case .writeIfAbsent, .delete, .deleteMany: return isAnswered && result == 0
        default: return false
        }
    }

    /// Whether it tells or does nothing when unanswered.
    package var isIdleUnanswered: Bool {
        switch kind {
        case .read, .addRefused, .length, .exists, .readMany, .existsMany: return true
        default: return false
        }
    }
}

/// One key of an operation on several.
package struct KeyPart {
    package var key: Int32
    /// The cell written or read.
    package var cell: Int

    package init(key: Int32, cell: Int) {
        self.key = key
        self.cell = cell
    }
}
