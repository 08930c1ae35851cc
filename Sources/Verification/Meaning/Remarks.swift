/// What the replies of a server say against the letter of their protocol, and clients understand: counted, and told once
/// each.
struct Remarks {
    private struct Remark {
        var oddity: String
        var name: String
        var packet: Int
        var count = 1
    }

    private var found: [Remark] = []

    mutating func add(_ oddity: String, _ name: String, packet: Int) {
        if let known = found.firstIndex(where: { $0.oddity == oddity }) {
            found[known].count += 1
        } else {
            found.append(Remark(oddity: oddity, name: name, packet: packet))
        }
    }

    /// One sentence for each kind, in order of first occurrence.
    var sentences: [String] {
        found.map { remark in
            let more = remark.count > 1 ? ", and in \(remark.count - 1) more replies" : ""
            return "\(remark.name): \(remark.oddity) in the reply in packet \(remark.packet)\(more)."
        }
    }
}
