extension HistoryFile {
    /// The function of this name in a file; several names mean the same.
    static func function(_ name: String) -> History.Function? {
        switch name {
        case "read", "get": return .read
        case "write", "set", "put": return .write
        case "cas", "compare-and-set": return .compareAndSet
        case "incr", "increment", "inc", "take": return .increment
        case "add": return .add
        case "remove": return .remove
        case "contains": return .contains
        case "enq", "enqueue": return .enqueue
        case "deq", "dequeue": return .dequeue
        case "acquire", "lock": return .acquire
        case "release", "unlock": return .release
        case "append": return .append
        case "delete", "del": return .delete
        case "push": return .push
        case "pop": return .pop
        case "peek", "top": return .peek
        case "drain": return .drain
        case "transfer": return .transfer
        case "txn", "transaction": return .transaction
        default: return nil
        }
    }

    static func name(_ function: History.Function, _ model: String) -> String {
        switch function {
        case .read: return model.contains("counter") ? "get" : "read"
        case .write: return "write"
        case .compareAndSet: return "cas"
        case .increment: return "incr"
        case .add: return "add"
        case .remove: return "remove"
        case .contains: return "contains"
        case .enqueue: return "enq"
        case .dequeue: return "deq"
        case .acquire: return "acquire"
        case .release: return "release"
        case .append: return "append"
        case .delete: return "delete"
        case .push: return "push"
        case .pop: return "pop"
        case .peek: return "peek"
        case .drain: return "drain"
        case .transfer: return "transfer"
        case .transaction: return "txn"
        case .other: return "other"
        }
    }

    /// Writes a history as `linhist-1`.
    ///
    /// - Complexity: O(operations).
    public static func linhist(_ history: History) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(90 * history.count + 256)
        let keys = history.model == "kv" ? Set(history.keys).count : 0
        let header =
            "{\"format\":\"linhist-1\",\"model\":\(JSONText.encoded(history.model)),\"ops\":\(history.count),\"clients\":"
            + "\(Set(history.clients).count),\"keys\":\(keys),"
            + "\"expect\":\(JSONText.encoded(history.expectation)),\"plant\":\(JSONText.encoded(history.plant))}\n"
        out.append(contentsOf: header.utf8)
        for row in 0..<history.count { append(history, row, to: &out) }
        return out
    }

    private static func append(_ history: History, _ row: Int, to out: inout [UInt8]) {
        let function = history.functions[row]
        func field(_ name: String, _ value: String) {
            out.append(contentsOf: ",\"\(name)\":\(value)".utf8)
        }
        func field(_ name: String, code: Int) {
            field(name, "")
            history.values.writeJSON(code, to: &out)
        }
        out.append(contentsOf: "{\"i\":\(history.ids[row])".utf8)
        field("c", history.clientNames[history.clients[row]].map(JSONText.encoded) ?? String(history.clients[row]))
        if function == .other {
            field("f", code: history.expectations[row])
        } else {
            field("f", "\"\(name(function, history.model))\"")
        }
        if history.model == "kv" || history.keys[row] != 0 { field("k", code: history.keys[row]) }
        if function == .compareAndSet {
            field("u", code: history.expectations.isEmpty ? History.null : history.expectations[row])
        }
        if history.arguments[row] != History.null { field("v", code: history.arguments[row]) }
        let result = history.results[row]
        if !function.returnsValue, result == 0 || result == 1 {
            field("r", result == 0 ? "false" : "true")
        } else {
            field("r", code: result)
        }
        field("t0", String(history.invoked[row]))
        field("t1", history.completed[row] == History.never ? "null" : String(history.completed[row]))
        field("s", "\"\(history.statuses[row])\"")
        out.append(contentsOf: "}\n".utf8)
    }
}
