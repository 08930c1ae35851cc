import Capture

/// Operations by the words of the protocol.
extension CapturedHistory {
    mutating func addCalls(_ reading: Reading, _ naming: CallNaming) {
        var ended: Set<Int32> = []
        // Replies to who is not judged are not relied on; what it asked may have been done all the same.
        for index in reading.evidence.conversations.indices {
            let first = history.count
            for call in reading.stream(index) {
                if call.endsPairing, !call.isSilent { ended.insert(call.conversation) }
                add(call, isPaired: reading.isPaired[index] && !ended.contains(call.conversation), reading, naming)
            }
            history.keepStreamOrder(first..<history.count)
        }
    }

    private mutating func add(_ call: Call, isPaired: Bool, _ reading: Reading, _ naming: CallNaming) {
        let request = reading.request(call)
        guard let named = reading.meaning.named(call, reading) else {
            return history.doubts.append(
                "A request cannot be taken apart (packet \(request.last.number)): what it did nobody knows.")
        }
        var operation = naming.operation(named, &history.values)
        var status = History.Status.info
        // What is sent behind a reply's head may still be made: the whole reply is the end.
        var completed = Int64.max
        if isPaired, let reply = reading.reply(call) {
            completed = reply.last.time.nanoseconds
            switch reading.meaning.named(reply, call.head, &history.values) {
            case .value(let code): status = operation.take(answer: code)
            case .refused(let code): (status, operation.result) = (.fail, code)
            }
        }
        // A stamp taken on another processor may seem to come before; the interval holds both.
        let invoked = min(request.last.time.nanoseconds, completed)
        append(
            operation.function, call, reading, key: operation.key, argument: operation.argument,
            expected: operation.expected, result: operation.result, invoked: invoked,
            completed: max(request.last.time.nanoseconds, completed), status: status)
    }
}

/// What requests are in a history, by what they are called.
struct CallNaming {
    /// By names in small letters.
    private var functions: [String: History.Function] = [:]
    private var spellings: [String: String] = [:]
    private let takesAny: Bool

    init(functions: [String: History.Function]) {
        takesAny = false
        for (name, function) in functions {
            self.functions[name.lowercased()] = function
            spellings[name.lowercased()] = name
        }
    }

    init(names: [String]) {
        takesAny = true
        for name in names { spellings[name.lowercased()] = name }
    }

    /// A request as an operation without its answer.
    struct Operation {
        var function: History.Function
        var key: Int
        var argument = History.null
        var expected: Int?
        var result = History.null
    }

    func operation(_ request: NamedRequest, _ values: inout HistoryValues) -> Operation {
        let object = request.object.map { String(decoding: $0, as: UTF8.self) }
        let whole = object.map { "\(request.name) \($0)" } ?? request.name
        // `POST /coin` is what is done, not what it is done to.
        let isWhole = spellings[whole.lowercased()] != nil
        let name = (isWhole ? whole : request.name).lowercased()
        let key = isWhole ? 0 : request.object.map { values.code(bytes: $0) } ?? 0
        let arguments = request.arguments.map { values.code(bytes: $0) }
        let function = takesAny ? .other : functions[name] ?? .other
        var operation = Operation(function: function, key: key)
        switch function {
        case .other:
            let spelled = spellings[name] ?? (isWhole ? whole : request.name)
            operation.expected = values.code(.text(ExactText(spelled)))
            operation.argument = arguments.count > 1 ? values.code(.list(arguments)) : arguments.first ?? History.null
        case .compareAndSet where arguments.count > 1:
            (operation.expected, operation.argument) = (arguments[0], arguments[1])
        case .acquire, .release: break
        default: operation.argument = arguments.first ?? History.null
        }
        return operation
    }
}

extension CallNaming.Operation {
    /// Takes what was answered in the way of its function.
    mutating func take(answer code: Int) -> History.Status {
        switch function {
        case .other, .read, .dequeue, .pop, .peek, .append: result = code
        case .increment: result = code.magnitude < History.firstName ? code : History.null
        case .compareAndSet: result = code == 0 || code == History.null ? 0 : 1
        // Nobody was told that it was done.
        case .write, .enqueue, .push, .acquire, .release:
            return code == History.null || code == 0 ? .fail : .ok
        default: result = code == 0 || code == 1 ? code : History.null
        }
        return .ok
    }
}
