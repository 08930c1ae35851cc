import Documents
import Wire

/// What is drawn of a described protocol.
struct DescribedVocabulary {
    let values: [String: DescribedValue]
    let login: [RequestTemplate]

    /// A place has at most so many values to choose from, and a request so many forms by them.
    static let maximumChoices = 16

    func vocabulary(of requests: [DescribedRequest]) throws(DocumentError) -> Vocabulary {
        var topics: [Topic] = []
        let onKeys = requests.filter { $0.key != nil && $0.effect != nil }
        let common = requests.filter { $0.key == nil && $0.effect != nil }
        let markers = requests.filter { $0.effect == nil && $0.form.index(of: HoleName.token) != nil }
        if !markers.isEmpty {
            let isOnly = onKeys.isEmpty && common.isEmpty
            topics.append(Topic(.marker, weight: isOnly ? 1 : 0, try templates(markers)))
        }
        for family in Self.families {
            guard onKeys.contains(where: { $0.effect.map(family.own.contains) ?? false }) else { continue }
            let own = onKeys.filter { $0.effect.map { family.own.union(family.beside.keys).contains($0) } ?? false }
            topics.append(Topic(family.object, weight: 2, try templates(own, family.beside)))
        }
        if !common.isEmpty { topics.append(Topic(.counter, weight: 2, lasts: true, try templates(common))) }
        let rest = requests.filter { $0.effect == nil && $0.form.index(of: HoleName.token) == nil }
        let last = try templates(rest)
        if topics.isEmpty { topics.append(Topic(.marker, weight: 1, last)) }
        return Vocabulary(login: login, topics: topics, lastResort: last)
    }

    /// A kind of objects by what is done to them.
    private struct Family {
        var object: Topic.Object
        /// What makes it this kind.
        var own: Set<DescribedEffect>
        /// What is done besides, and how often.
        var beside: [DescribedEffect: Int]
    }

    private static let families = [
        Family(
            object: .counter, own: [.add, .subtract, .getAndAdd],
            beside: [.read: 6, .take: 2, .delete: 2, .exists: 2, .unknown: 2]),
        Family(
            object: .register, own: [.write, .swap],
            beside: [.read: 6, .take: 2, .delete: 2, .exists: 2, .unknown: 2]),
        Family(object: .lock, own: [.writeIfAbsent], beside: [.read: 2, .take: 2, .delete: 2, .exists: 2]),
        // Who compares must be told first, and not too late.
        Family(object: .register, own: [.compareAndSet], beside: [.read: 6, .write: 1]),
        Family(object: .queue, own: [.append], beside: [.read: 6, .delete: 1, .writeIfAbsent: 2]),
    ]

    private func templates(
        _ requests: [DescribedRequest], _ weights: [DescribedEffect: Int] = [:]
    ) throws(DocumentError) -> [RequestTemplate] {
        var templates: [RequestTemplate] = []
        for request in requests {
            let forms = try words(of: request)
            let weight = request.weight ?? request.effect.map { weights[$0] ?? $0.weight } ?? 1
            for words in forms {
                var template = RequestTemplate(
                    weight == 0 ? 0 : max(1, weight / forms.count), request.effect?.drawn ?? .read,
                    isHard: request.effect?.isHard ?? false)
                template.words = [.text(request.name)] + words
                templates.append(template)
            }
        }
        return templates
    }

    /// The words of a request, once for each value that a place may have.
    private func words(
        of request: DescribedRequest
    ) throws(DocumentError) -> [[RequestTemplate.Word]] {
        var forms: [[RequestTemplate.Word]] = [[]]
        for (index, hole) in request.form.holes.enumerated() {
            let choices = try choices(for: hole, at: index, in: request)
            guard forms.count * choices.count <= Self.maximumChoices else {
                throw DocumentError(
                    place: request.place,
                    reason: "\(request.name): more than \(Self.maximumChoices) forms by the values of its places")
            }
            forms = forms.flatMap { form in choices.map { form + [$0] } }
        }
        return forms
    }

    private func choices(
        for hole: MessageTemplate.Hole, at index: Int, in request: DescribedRequest
    ) throws(DocumentError) -> [RequestTemplate.Word] {
        switch values[hole.name] {
        case .tokens: return [.token]
        case .tokensOfAnyLength: return [.value]
        case .numbers(let range): return [.number(range)]
        case .oneOf(let choices): return choices.map { .text($0) }
        case nil: break
        }
        switch hole.name {
        case HoleName.key: return [request.effect == nil ? .token : .object]
        case HoleName.step: return [.text("1")]
        case HoleName.token: return [request.effect == nil && !hole.isNumber ? .value : .token]
        case BinaryForm.length: return ["0"]
        case HoleName.expected, HoleName.version: return [.told]
        case HoleName.value:
            return [hole.isNumber ? .number(1...(hole.form?.largest ?? 1_000_000_000)) : .value]
        default: break
        }
        if let form = hole.form { return [.number(0...min(form.largest, Int(Int32.max)))] }
        throw DocumentError(
            place: request.place,
            reason: "\(request.name): nothing says what stands in {\(hole.name)}: give it in 'values'")
    }
}
