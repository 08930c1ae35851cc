/// Joins the events of a journal to operations: an `invoke` to the next `ok`, `fail` or `info` of its process.
///
/// The order of the events is the order of their lines, whatever their times. What values mean is decided at the end,
/// when all of them are known.
struct Journal {
    let path: String
    let options: HistoryOptions
    var values = HistoryValues()
    /// Why the journal may not be the whole story.
    var doubts: [String] = []

    private var operations: [Operation] = []
    private var open: [Int: Int] = [:]
    private var clients = ClientNumbers()
    private var functions: [Int: (History.Function, name: Int)] = [:]
    private var lastIndex: Int?
    private var hasNemesis = false
    private var clock = JournalClock()
    /// The first function that nobody knows.
    private var firstUnknown: (name: String, place: HistoryPlace)?

    /// One operation, as its two events tell it, in 56 bytes: all of a journal are there at once.
    struct Operation {
        /// The code of the function's name.
        var name: Int
        /// The value of the invocation.
        let asked: Int
        private var keyCode: Int
        private var answerCode = History.null
        let client: Int32
        /// The number of its invocation and of its completion among the events.
        let invoked: Int32
        private var completion: Int32 = -1
        let place: HistoryPlace
        var function: History.Function
        var status = History.Status.info
        private var hasKey: Bool
        private var hasAnswer = false

        init(
            _ function: History.Function, name: Int, client: Int32, key: Int?, asked: Int, invoked: Int32,
            _ place: HistoryPlace
        ) {
            (self.function, self.name, self.client) = (function, name, client)
            (self.asked, self.invoked, self.place) = (asked, invoked, place)
            (keyCode, hasKey) = (key ?? History.null, key != nil)
        }

        var key: Int? {
            get { hasKey ? keyCode : nil }
            set { (keyCode, hasKey) = (newValue ?? History.null, newValue != nil) }
        }

        /// The value of the completion; nil where there was none.
        var answered: Int? {
            get { hasAnswer ? answerCode : nil }
            set { (answerCode, hasAnswer) = (newValue ?? History.null, newValue != nil) }
        }

        /// The number of its completion among the events; nil where there was none.
        var completed: Int32? {
            get { completion < 0 ? nil : completion }
            set { completion = newValue ?? -1 }
        }
    }

    init(path: String, _ options: HistoryOptions) {
        self.path = path
        self.options = options
    }

    var isEmpty: Bool { operations.isEmpty }

    /// Takes the next event.
    ///
    /// - Returns: False where another journal begins with it; then nothing more is to be read.
    mutating func add(_ event: JournalEvent) throws(HistoryError) -> Bool {
        guard event.process != History.null else { throw failure(event, "an event needs :process") }
        guard !isNemesis(event.process) else {
            hasNemesis = true
            return true
        }
        guard event.kind != .invoke else {
            if goesBack(event) { return false }
            try invoke(event)
            return true
        }
        guard let row = open.removeValue(forKey: event.process) else {
            let what = event.kind == nil ? "expected :type :invoke, :ok, :fail or :info, not \(event.type)" : nil
            throw failure(
                event, what ?? "process \(values.words(event.process)) is answered without an invocation")
        }
        try complete(row, event)
        return true
    }

    /// Whether the numbers of the events begin anew.
    private mutating func goesBack(_ event: JournalEvent) -> Bool {
        guard let index = event.index else { return false }
        defer { lastIndex = index }
        guard let lastIndex, index < lastIndex else { return false }
        doubts.append(
            "At line \(event.place.line) :index goes back from \(lastIndex) to \(index): another journal begins there, "
                + "and only what stands before it was read.")
        return true
    }

    private mutating func invoke(_ event: JournalEvent) throws(HistoryError) {
        guard event.function != History.null else { throw failure(event, "an event needs :f") }
        if let row = open.updateValue(operations.count, forKey: event.process) {
            doubts.append(
                "Process \(values.words(event.process)) invokes again at line \(event.place.line), and nothing tells "
                    + "what became of its operation of line \(operations[row].place.line).")
        }
        var (function, name) = try self.function(event)
        if let field = event.unknownField { (function, name) = unknown("\(values.words(name)) with :\(field)", event) }
        operations.append(
            Operation(
                function, name: name, client: clients.number(event.process), key: event.key, asked: event.value,
                invoked: clock.tick(event.time), event.place))
    }

    private mutating func complete(_ row: Int, _ event: JournalEvent) throws(HistoryError) {
        let begun = operations[row]
        if event.function != History.null {
            let (_, name) = try self.function(event)
            guard begun.function == .other || name == begun.name || functions[event.function]?.0 == begun.function
            else {
                throw failure(
                    event,
                    "process \(values.words(event.process)) is answered a \(values.words(name)), and invoked a "
                        + "\(values.words(begun.name)) at line \(begun.place.line)")
            }
        }
        if let key = event.key, key != begun.key ?? key {
            throw failure(event, "the answer is about key \(values.words(key)), and the invocation about another")
        }
        operations[row].key = begun.key ?? event.key
        operations[row].answered = event.value
        let now = clock.tick(event.time)
        switch event.kind {
        case .ok, .fail:
            operations[row].status = event.kind == .ok ? .ok : .fail
            operations[row].completed = now
        case .info, .invoke: break
        case nil: (operations[row].function, operations[row].name) = unknown(":type \(event.type)", event)
        }
        if let field = event.unknownField {
            let name = "\(values.words(begun.name)) with :\(field)"
            (operations[row].function, operations[row].name) = unknown(name, event)
        }
    }

    /// The function of an event.
    private mutating func function(_ event: JournalEvent) throws(HistoryError) -> (History.Function, name: Int) {
        if let known = functions[event.function] { return known }
        guard let name = JournalEvent.name(values[event.function]) else {
            throw failure(event, ":f must be a name, not \(values.words(event.function))")
        }
        let code = values.code(.text(ExactText(name)))
        let function = options.vocabulary.function(name)
        functions[event.function] = (function ?? .other, code)
        if function == nil, firstUnknown == nil { firstUnknown = (name, event.place) }
        return functions[event.function]!
    }

    /// A function that nobody knows, under this name.
    private mutating func unknown(_ name: String, _ event: JournalEvent) -> (History.Function, name: Int) {
        if firstUnknown == nil { firstUnknown = (name, event.place) }
        return (.other, values.code(.text(ExactText(name))))
    }

    private func isNemesis(_ process: Int) -> Bool {
        JournalEvent.name(values.atom(process)) == "nemesis"
    }

    private func failure(_ event: JournalEvent, _ reason: String) -> HistoryError {
        failure(event.place, reason)
    }

    private func failure(_ place: HistoryPlace, _ reason: String) -> HistoryError {
        HistoryError(path: path, line: place.line, column: place.column, reason: reason)
    }

    // MARK: The end

    /// All operations.
    mutating func finish() throws(HistoryError) -> History {
        if let firstUnknown, !options.vocabulary.takesAny, operations.allSatisfy({ $0.function == .other }) {
            throw failure(firstUnknown.place, "an unknown function '\(firstUnknown.name)', and none that is known")
        }
        guard !operations.isEmpty || hasNemesis else {
            throw HistoryError(path: path, reason: "there is no operation in it")
        }
        let isKeyed = options.isKeyed ?? JournalMeaning.areKeyed(operations, values)
        let meaning = JournalMeaning(
            operations, isKeyed: isKeyed, locksCount: options.vocabulary.locksCount, values)
        var history = History()
        history.reserve(operations.count)
        clock.end()
        for operation in operations {
            let told: JournalMeaning.Told
            do throws(JournalMeaning.Refusal) {
                told = try meaning.told(operation, &values)
            } catch {
                throw failure(operation.place, error.reason)
            }
            history.append(
                told.function, client: Int(operation.client), key: told.key, argument: told.argument,
                expected: told.expected, result: operation.status == .ok ? told.result : History.null,
                invoked: clock.time(of: operation.invoked),
                completed: operation.completed.map(clock.time) ?? History.never,
                status: told.isRefused ? .fail : operation.status)
        }
        history.values = values
        if !options.vocabulary.takesAny, let first = operations.first, history.functions.allSatisfy({ $0 == .other }) {
            throw failure(first.place, "nothing in it can be judged: \(values.words(history.expectations[0]))")
        }
        history.doubts = doubts
        history.hasClock = clock.isTrusted
        history.clientNames = clients.names(values)
        return history
    }
}
