extension Command {
    static let counterCommands: [Command] = [
        Command("INCR", 2, .update, .first) { words, table in add(1, to: words[1], table) },
        Command("DECR", 2, .update, .first) { words, table in add(-1, to: words[1], table) },
        Command("INCRBY", 3, .update, .first) { words, table in
            guard let amount = integer(words[2]) else { return .notAnInteger }
            return add(amount, to: words[1], table)
        },
        Command("DECRBY", 3, .update, .first) { words, table in
            guard let amount = integer(words[2]), amount != .min else { return .notAnInteger }
            return add(-amount, to: words[1], table)
        },
    ]

    private static func add(_ amount: Int64, to key: [UInt8], _ table: any Table) -> Reply {
        table.modify(key) { value in
            guard case .string(let bytes) = value ?? .string([0x30]) else { return .wrongType }
            guard let old = integer(bytes) else { return .notAnInteger }
            let (new, overflow) = old.addingReportingOverflow(amount)
            guard !overflow else { return .overflow }
            value = .string(Array(String(new).utf8))
            return .integer(new)
        }
    }

    /// A number as Redis accepts it: decimal, no spaces, no plus sign, no leading zero.
    static func integer(_ bytes: [UInt8]) -> Int64? {
        guard bytes.count <= 20, bytes.first != UInt8(ascii: "+") else { return nil }
        guard let value = Int64(String(decoding: bytes, as: UTF8.self)) else { return nil }
        let digits = bytes.first == UInt8(ascii: "-") ? bytes.dropFirst() : bytes[...]
        return digits.first == UInt8(ascii: "0") && bytes.count > 1 ? nil : value
    }
}
