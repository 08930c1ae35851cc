/// A Redis of a few commands on lists, hashes, sets and sorted sets, as the documentation of each command has them.
struct TypedServer: Hashable {
    enum Value: Hashable {
        case text(String)
        case list([String])
        case hash([String: String])
        case set(Set<String>)
        case scores([String: Int])
    }

    var store: [String: Value] = [:]

    private static let wrongKind = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"

    static func bulk(_ text: String?) -> String { text.map { "$\($0.utf8.count)\r\n\($0)\r\n" } ?? "$-1\r\n" }
    static func array(_ texts: [String]) -> String { "*\(texts.count)\r\n" + texts.joined() }

    /// What is answered to a request, which takes effect.
    ///
    /// - Parameter choice: Which member SPOP takes, by its place in the alphabet.
    mutating func execute(_ words: [String], choice: Int = 0) -> String {
        let key = words[1]
        let reply = perform(words, key, choice) ?? Self.wrongKind
        switch store[key] {
        case .list(let list)? where list.isEmpty: store[key] = nil
        case .hash(let hash)? where hash.isEmpty: store[key] = nil
        case .set(let set)? where set.isEmpty: store[key] = nil
        case .scores(let scores)? where scores.isEmpty: store[key] = nil
        default: break
        }
        return reply
    }

    private mutating func perform(_ words: [String], _ key: String, _ choice: Int) -> String? {
        switch words[0] {
        case "DEL":
            defer { store[key] = nil }
            return ":\(store[key] == nil ? 0 : 1)\r\n"
        case "SET":
            store[key] = .text(words[2])
            return "+OK\r\n"
        case "GET":
            if case .text(let text)? = store[key] { return Self.bulk(text) }
            return store[key] == nil ? Self.bulk(nil) : nil
        case let name where name.hasPrefix("H"): return performHash(words, key)
        case let name where name.hasPrefix("Z"): return performScores(words, key)
        case let name where name.hasPrefix("S"): return performSet(words, key, choice)
        default: return performList(words, key)
        }
    }

    private func list(_ key: String) -> [String]? {
        if case .list(let list)? = store[key] { return list }
        return store[key] == nil ? [] : nil
    }

    private mutating func performList(_ words: [String], _ key: String) -> String? {
        guard var list = list(key) else { return nil }
        switch words[0] {
        case "LPUSH": list = words.dropFirst(2).reversed() + list
        case "RPUSH": list += words.dropFirst(2)
        case "LPOP", "RPOP":
            guard !list.isEmpty else { return Self.bulk(nil) }
            let element = words[0] == "LPOP" ? list.removeFirst() : list.removeLast()
            store[key] = .list(list)
            return Self.bulk(element)
        case "LMOVE":
            guard var other = self.list(words[2]) else { return nil }
            guard !list.isEmpty else { return Self.bulk(nil) }
            let element = words[3] == "LEFT" ? list.removeFirst() : list.removeLast()
            if words[2] == key { other = list }
            if words[4] == "LEFT" { other.insert(element, at: 0) } else { other.append(element) }
            store[key] = list.isEmpty ? nil : .list(list)
            store[words[2]] = .list(other)
            return Self.bulk(element)
        case "LLEN": return ":\(list.count)\r\n"
        case "LINDEX":
            let index = Int(words[2])!
            let place = index < 0 ? index + list.count : index
            return Self.bulk(list.indices.contains(place) ? list[place] : nil)
        default:
            let (from, to) = (Int(words[2])!, Int(words[3])!)
            let start = max(0, from < 0 ? from + list.count : from)
            let stop = min(list.count - 1, to < 0 ? to + list.count : to)
            return Self.array(start <= stop ? list[start...stop].map { Self.bulk($0) } : [])
        }
        store[key] = .list(list)
        return ":\(list.count)\r\n"
    }

    private mutating func performHash(_ words: [String], _ key: String) -> String? {
        var hash: [String: String] = [:]
        if case .hash(let held)? = store[key] { hash = held } else if store[key] != nil { return nil }
        defer { store[key] = .hash(hash) }
        switch words[0] {
        case "HSET":
            var new = 0
            for index in stride(from: 2, to: words.count, by: 2) {
                if hash.updateValue(words[index + 1], forKey: words[index]) == nil { new += 1 }
            }
            return ":\(new)\r\n"
        case "HSETNX":
            guard hash[words[2]] == nil else { return ":0\r\n" }
            hash[words[2]] = words[3]
            return ":1\r\n"
        case "HGET": return Self.bulk(hash[words[2]])
        case "HMGET": return Self.array(words.dropFirst(2).map { Self.bulk(hash[$0]) })
        case "HDEL": return ":\(words.dropFirst(2).count { hash.removeValue(forKey: $0) != nil })\r\n"
        case "HEXISTS": return ":\(hash[words[2]] == nil ? 0 : 1)\r\n"
        case "HLEN": return ":\(hash.count)\r\n"
        case "HINCRBY":
            guard let number = Int(hash[words[2]] ?? "0") else { return "-ERR hash value is not an integer\r\n" }
            hash[words[2]] = String(number + Int(words[3])!)
            return ":\(number + Int(words[3])!)\r\n"
        default:
            return Self.array(hash.sorted { $0.key < $1.key }.flatMap { [Self.bulk($0.key), Self.bulk($0.value)] })
        }
    }

    private mutating func performSet(_ words: [String], _ key: String, _ choice: Int) -> String? {
        var set: Set<String> = []
        if case .set(let held)? = store[key] { set = held } else if store[key] != nil { return nil }
        defer { store[key] = .set(set) }
        switch words[0] {
        case "SADD": return ":\(words.dropFirst(2).count { set.insert($0).inserted })\r\n"
        case "SREM": return ":\(words.dropFirst(2).count { set.remove($0) != nil })\r\n"
        case "SISMEMBER": return ":\(set.contains(words[2]) ? 1 : 0)\r\n"
        case "SCARD": return ":\(set.count)\r\n"
        case "SPOP":
            guard !set.isEmpty else { return Self.bulk(nil) }
            let member = set.sorted()[choice % set.count]
            set.remove(member)
            return Self.bulk(member)
        default: return Self.array(set.sorted().map { Self.bulk($0) })
        }
    }

    private mutating func performScores(_ words: [String], _ key: String) -> String? {
        var scores: [String: Int] = [:]
        if case .scores(let held)? = store[key] { scores = held } else if store[key] != nil { return nil }
        defer { store[key] = .scores(scores) }
        switch words[0] {
        case "ZADD": return ":\(scores.updateValue(Int(words[2])!, forKey: words[3]) == nil ? 1 : 0)\r\n"
        case "ZINCRBY":
            scores[words[3], default: 0] += Int(words[2])!
            return Self.bulk(String(scores[words[3]]!))
        case "ZSCORE": return Self.bulk(scores[words[2]].map { String($0) })
        case "ZREM": return ":\(scores.removeValue(forKey: words[2]) == nil ? 0 : 1)\r\n"
        case "ZCARD": return ":\(scores.count)\r\n"
        default:
            let order = scores.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
            return Self.array(order.flatMap { [Self.bulk($0.key), Self.bulk(String($0.value))] })
        }
    }
}
