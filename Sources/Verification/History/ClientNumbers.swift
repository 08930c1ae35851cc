/// The numbers of clients: those that files give them where they are small, other ones where clients have names.
struct ClientNumbers {
    private var numbers: [Int: Int32] = [:]
    /// The clients that have names, in the order of their numbers.
    private var named: [Int] = []

    /// From here on, numbers stand for names.
    private static let firstName = Int32(1) << 30

    /// The number of the client that is called `code`.
    mutating func number(_ code: Int) -> Int32 {
        if code.magnitude < Self.firstName { return Int32(code) }
        if let known = numbers[code] { return known }
        let number = Self.firstName + Int32(truncatingIfNeeded: named.count)
        numbers[code] = number
        named.append(code)
        return number
    }

    /// What the clients are called that have a name, each another name: bytes that are no text look alike in words.
    func names(_ values: HistoryValues) -> [Int32: String] {
        var names: [Int32: String] = [:]
        var taken: [String: Int] = [:]
        for code in named {
            var name = values.words(code)
            while let count = taken[name] {
                taken[name] = count + 1
                name += " (\(count + 1))"
            }
            taken[name] = 1
            names[numbers[code]!] = name
        }
        return names
    }
}
