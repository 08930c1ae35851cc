import Wire

/// What of a vocabulary can be said: who states one may leave anything empty, or weigh it with any number.
extension Vocabulary {
    /// Whether no request of it can be said.
    var saysNothing: Bool {
        topics.allSatisfy { $0.sayable.requests.isEmpty } && !lastResort.contains { $0.saysSomething(about: nil) }
    }
}

extension Vocabulary {
    /// The first words of all requests that have one.
    var commands: Set<String> {
        var all = topics.flatMap(\.requests) + lastResort
        if let transaction { all += transaction.ends + [transaction.begin] }
        if let channels { all += channels.subscribe + channels.publish + channels.unsubscribe + [channels.probe] }
        return Set(all.compactMap(\.command))
    }

    /// What reads objects that are there: each request that only reads, for each of them.
    func reading(_ objects: [String]) -> Topic {
        let reads = topics.filter { $0.object != .marker && $0.object != .several }.flatMap(\.requests).filter {
            $0.effect == .read
        }
        var seen: Set<String> = []
        let some = reads.filter { seen.insert($0.command ?? "").inserted }
        return Topic(
            .marker, weight: 1, objects.flatMap { object in some.map { $0.about(object) } })
    }
}

extension RequestTemplate {
    /// About an object of this name.
    fileprivate func about(_ object: String) -> RequestTemplate {
        var copy = self
        copy.words = words.map { if case .object = $0 { .text(object) } else { $0 } }
        return copy
    }
}

extension Topic {
    /// Heavier requests count as that: sums of such weights, times clients and operations, still fit.
    private static let mostWeight = 1 << 20

    /// Without the requests that are never said.
    var sayable: Topic {
        var topic = self
        topic.weight = min(weight, Self.mostWeight)
        topic.requests.removeAll { $0.weight <= 0 || !$0.saysSomething(about: object) }
        for index in topic.requests.indices {
            topic.requests[index].weight = min(topic.requests[index].weight, Self.mostWeight)
        }
        return topic
    }
}

extension RequestTemplate {
    /// Whether it has a word each time: a request of no words is none, and has no reply.
    ///
    /// - Parameter object: what it is about; nil: nothing.
    func saysSomething(about object: Topic.Object?) -> Bool {
        let hasObjects = object != nil && object != .marker
        return words.contains { $0.isSaid(hasObjects: hasObjects) }
    }
}

extension RequestTemplate.Word {
    fileprivate func isSaid(hasObjects: Bool) -> Bool {
        switch self {
        case .text, .value, .token, .told, .number, .joined: true
        case .object: hasObjects
        case .each(let count, let words):
            hasObjects && count.lowerBound > 0 && words.contains { $0.isSaid(hasObjects: true) }
        }
    }
}
