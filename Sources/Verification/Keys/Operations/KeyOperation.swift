/// One operation on one key, or on several at once.
package struct KeyOperation: Sendable {
    package enum Kind: UInt8, Sendable {
        case read, write, writeIfAbsent, swap, take, add, addRefused, append, length, delete, exists
        /// Where nothing is there they do nothing: overwrites; puts text behind, or before; counts down to 0 at least.
        case replace, extend, extendFront, decrease
        /// A `swap` of what is known to be there, or nothing.
        case compareAndSwap
        /// A write that is answered 1 where nothing was there, and 0 where something was.
        case put
        /// Of lists: one element at an end. What is pushed may be what the step before took (`Cell.unknown`).
        case pushLeft, pushRight, popLeft, popRight
        /// Of lists: how many elements there are, and those of a range (`KeyParts.ranges`).
        case size, elements
        case writeMany, readMany, deleteMany, existsMany, putMany
        /// Several operations on single keys (`KeyParts.steps`), one after the other and nothing between.
        case atomic
        /// On all parts of an object (`KeyParts.wholes`); none is left when a history is made.
        case whole
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
    /// A cell to write or push, a number to add, the text to append, or a place in `KeyParts`.
    package var argument = 0
    /// A cell that was read or popped, or the number answered.
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
        case .read, .addRefused, .length, .exists, .readMany, .existsMany, .size, .elements: return true
        case .writeIfAbsent, .delete, .deleteMany: return isAnswered && result == 0
        case .popLeft, .popRight: return isAnswered && result == Cell.absent
        case .atomic: return isAnswered ? Atomicity(argument).readsAsAnswered : isIdleUnanswered
        default: return false
        }
    }

    /// Whether it tells or does nothing when unanswered.
    package var isIdleUnanswered: Bool {
        switch kind {
        case .read, .addRefused, .length, .exists, .readMany, .existsMany, .size, .elements: return true
        case .atomic: return Atomicity(argument).readsOnly
        default: return false
        }
    }

    /// The same, not answered.
    var unanswered: KeyOperation {
        var copy = self
        copy.isAnswered = false
        copy.completed = .max
        // That it was refused is only known from its answer.
        if kind == .addRefused { copy.kind = .add }
        return copy
    }
}

/// What all steps of an atomic operation come to, as its argument.
struct Atomicity {
    /// Answered as they were, they changed nothing.
    var readsAsAnswered: Bool
    /// They change nothing, whatever they are answered.
    var readsOnly: Bool

    init(_ argument: Int) {
        (readsAsAnswered, readsOnly) = (argument & 1 != 0, argument & 2 != 0)
    }

    init(_ steps: some Sequence<KeyOperation>) {
        readsAsAnswered = steps.allSatisfy(\.isReader)
        readsOnly = steps.allSatisfy(\.isIdleUnanswered)
    }

    var argument: Int { (readsAsAnswered ? 1 : 0) | (readsOnly ? 2 : 0) }
}
