import Verification

/// Commands about how long keys live.
enum RESPLifetimeEffect: Sendable, Equatable {
    /// EXPIRE and PEXPIRE; the unit in nanoseconds.
    case expire(Int)
    /// EXPIREAT and the like.
    case expireAt
    case persist
    /// TTL and the like: -2 where there is nothing.
    case left
}

/// The options of SET and GETEX.
struct RESPLifetime {
    enum Condition { case ifAbsent, ifPresent }

    private(set) var condition: Condition?
    private(set) var answersValue = false
    /// Nanoseconds from the command on; nil: it does not expire by this command.
    private(set) var nanoseconds: Int?
    /// It expires at a time of the server's clock.
    private(set) var isAbsolute = false

    /// Nothing but the lifetime was said.
    var isWhole: Bool { condition == nil && !answersValue }

    /// Nil where a word is none of them.
    init?(_ request: RESPRequest, from start: Int, existing: Bool) {
        var index = start
        while index < request.count {
            switch request.name(index) {
            case "NX" where condition == nil && !existing: condition = .ifAbsent
            case "XX" where condition == nil && !existing: condition = .ifPresent
            case "GET" where !existing: answersValue = true
            case "PERSIST" where existing: break
            case "EX", "PX":
                guard let amount = request.number(index + 1), amount > 0 else { return nil }
                let unit = request.name(index) == "EX" ? 1_000_000_000 : 1_000_000
                let (product, over) = amount.multipliedReportingOverflow(by: unit)
                nanoseconds = over ? nil : product
                index += 1
            case "EXAT", "PXAT":
                isAbsolute = true
                index += 1
            default: return nil
            }
            index += 1
        }
    }

    /// From when on something that lives so long may be gone: clocks differ, and servers look at theirs now and then.
    static func earliest(after nanoseconds: Int, _ time: Int64) -> Int64 {
        let certain = Int64(nanoseconds) - Int64(nanoseconds) / 20
        let (sum, over) = time.addingReportingOverflow(max(0, certain - 20_000_000))
        return over ? .max : sum
    }
}

extension KeyHistory {
    mutating func noteExpiry(_ key: Int32, _ options: RESPLifetime, _ request: RESPRequest) {
        if options.isAbsolute { expires(key, from: request.times.invoked) }
        guard let nanoseconds = options.nanoseconds else { return }
        expires(key, from: RESPLifetime.earliest(after: nanoseconds, request.times.invoked))
    }

    mutating func addLifetime(_ effect: RESPLifetimeEffect, _ request: RESPRequest) -> Bool {
        let key = key(request.bytes, request.word(1))
        switch effect {
        case .expire(let unit):
            // Options like NX leave it as it is, or not.
            guard request.count == 3, let amount = request.number(2) else { return false }
            let (nanoseconds, over) = amount.multipliedReportingOverflow(by: unit)
            if amount <= 0 {
                expires(key, from: request.times.invoked)
            } else if !over {
                expires(key, from: RESPLifetime.earliest(after: nanoseconds, request.times.invoked))
            }
            addExistence(key, request.answer?.integer.map { $0 != 0 }, request)
        case .expireAt:
            expires(key, from: request.times.invoked)
        case .persist:
            // Refused, it may be there without an end.
            if request.answer?.integer == 1 { addExistence(key, true, request) }
        case .left:
            addExistence(key, request.answer?.integer.map { $0 != -2 }, request)
        }
        return true
    }

    private mutating func addExistence(_ key: Int32, _ exists: Bool?, _ request: RESPRequest) {
        guard let exists else { return }
        var operation = request.operation(.exists, key)
        operation.result = exists ? 1 : 0
        append(operation)
    }
}
