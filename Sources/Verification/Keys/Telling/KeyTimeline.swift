import Capture
import Wire

/// The exchanges of a capture by the key that each is about, and orders that explain those of one key: for drawing
/// them. Protocols without keys have none.
package struct KeyTimeline: Sendable {
    private let reading: Reading
    private let history: KeyHistory
    /// The key of each call; -1 where it is about none.
    private var keyOf: [Int32]
    /// The component of each key, and how many keys it has.
    private var roots: [Int32] = []
    private var sizes: [Int32] = []
    private var isExcluded: [Bool] = []

    /// - Complexity: O(bytes).
    package init(_ evidence: Evidence) {
        reading = Reading(evidence)
        keyOf = Array(repeating: -1, count: reading.calls.count)
        guard reading.meaning.meeting != .server else {
            history = KeyHistory()
            return
        }
        var history = KeyHistory(reading)
        for operation in history.operations { keyOf[Int(operation.call)] = operation.key }
        for (index, call) in reading.calls.enumerated() where keyOf[index] < 0 && call.wordCount > 1 {
            guard let object = reading.meaning.object(of: call, reading) else { continue }
            keyOf[index] = history.key(reading.request(call).bytes, object)
        }
        sizes = Array(repeating: 0, count: history.keys.count)
        isExcluded = Array(repeating: false, count: history.keys.count)
        for key in 0..<history.keys.count {
            let root = history.root(Int32(key))
            roots.append(root)
            sizes[Int(root)] += 1
            if history.exclusion[key] != nil { isExcluded[Int(root)] = true }
        }
        self.history = history
    }

    /// How many keys there are.
    package var keyCount: Int { history.keys.count }

    /// A key's name as bytes.
    package func name(_ key: Int) -> ArraySlice<UInt8> { history.name(key)[...] }

    /// The key of an exchange, the first of several; nil where it is about none.
    package func key(_ reference: ExchangeReference) -> Int? {
        let key = keyOf[index(reference)]
        return key < 0 ? nil : Int(key)
    }

    /// The words of an exchange's request as ranges of its bytes; empty where the protocol has no words.
    package func words(_ reference: ExchangeReference) -> ArraySlice<Range<Int>> {
        let call = reading.calls[index(reference)]
        return Array(reading.words[call.firstWord..<call.firstWord + call.wordCount])[...]
    }

    /// Whether an exchange was refused: it was answered with an error.
    package func isRefused(_ reference: ExchangeReference) -> Bool {
        reading.calls[index(reference)].head.map { reading.meaning.isRefusal($0) } ?? false
    }

    /// `INCR counter`: as violations name it.
    package func label(_ reference: ExchangeReference) -> String { reading.label(reading.calls[index(reference)]) }

    /// The place of an exchange in the order of `Witness.order`: exchanges are counted conversation after conversation.
    package func index(_ reference: ExchangeReference) -> Int {
        reading.starts[reference.conversation] + reference.exchange
    }

    /// An order that explains the exchanges on `key`, and on those that operations on several keys join to it, as far as
    /// they were answered before the reply to `culprit` came; all, where there is none.
    ///
    /// - Returns: The exchanges by `index`.
    /// - Complexity: O(operations) and the search's, never more than `budget`.
    package func witness(key: Int, before culprit: ExchangeReference?, _ budget: SearchBudget) -> Witness {
        if let why = history.exclusionOfAll { return .none(why) }
        let root = roots[key]
        guard !isExcluded[Int(root)] else { return .none("the key is not judged") }
        let part = operations(root, before: culprit)
        let events = KeyEvent.all(part).map { $0.event(of: part) }
        var model = KeyModel(history, operations: part, startsAbsent: reading.evidence.keysStartAbsent)
        model.focus(on: key, isAlone: sizes[Int(root)] == 1)
        var engine = FrontierSearch()
        engine.keepsWitness = true
        var outcome = engine.run(events, operationCount: part.count, &model, budget)
        if case .unknown = outcome {
            if sizes[Int(root)] == 1, let order = clusterOrder(part, &model) {
                return .order(order.map { Int(part[$0].call) })
            }
            let use = CellUse(
                events.filter { !$0.isResponse }.map(\.operation), part, history.parts,
                startsAbsent: reading.evidence.keysStartAbsent)
            if let order = ForcedOrder(use, ForcedWindows(use)) {
                outcome = engine.run(events, operationCount: part.count, &model, budget, forced: order)
            }
        }
        switch outcome {
        case .linearizable: return .order(engine.witness.map { Int(part[Int($0)].call) })
        // Monitors know nothing of the order within a connection, so the search may find fault earlier.
        case .violated: return .none(culprit == nil ? Witness.noOrder : Self.earlierFault)
        case .unknown(let why): return .none(why)
        }
    }

    /// Why there is no order although only a later reply was blamed.
    package static let earlierFault =
        "as each connection's requests take effect in their order, replies before it are inexplicable already"

    /// The operations of a component that had begun by the reply to `culprit`; what was not answered by then has any
    /// answer.
    private func operations(_ root: Int32, before culprit: ExchangeReference?) -> [KeyOperation] {
        var end = Int64.max
        if let culprit {
            let exchange = reading.evidence.conversations[culprit.conversation].exchanges[culprit.exchange]
            end = max(exchange.completed?.nanoseconds ?? .max, exchange.invoked.nanoseconds)
        }
        var part: [KeyOperation] = []
        for var operation in history.operations where roots[Int(operation.key)] == root && operation.invoked <= end {
            if operation.isAnswered, operation.completed >= end {
                operation = operation.unanswered
                if operation.isIdleUnanswered { continue }
            }
            part.append(operation)
        }
        return part
    }

    /// The order of the clusters of a key that is only set and read. An unknown first value may equal one written later,
    /// and clusters know nothing of the order within a connection, so it is tried out.
    private func clusterOrder(_ part: [KeyOperation], _ model: inout KeyModel) -> [Int]? {
        guard part.allSatisfy({ $0.kind == .write || $0.kind == .read }) else { return nil }
        guard let order = History(ofRegister: part).clusterOrder() else { return nil }
        let mark = model.mark
        defer { model.rollback(to: mark) }
        var lastOfLane: [Int32: (time: Int64, index: Int)] = [:]
        for index in order {
            let place = (time: part[index].invoked, index: index)
            if let last = lastOfLane[part[index].lane], place < last { return nil }
            lastOfLane[part[index].lane] = place
            guard model.apply(index) else { return nil }
        }
        return order
    }
}
