import Wire

/// Turns the `send` steps of a block into bytes before the first of them is sent.
struct RequestBuilder {
    private var payloads: [[UInt8]] = []

    /// One payload a step; empty for steps that send nothing.
    mutating func build(_ block: Scenario.Block, _ binding: inout Binding, _ codec: any WireCodec) -> [[UInt8]] {
        payloads.removeAll(keepingCapacity: true)
        for step in block.steps {
            switch step.action {
            case .send(.raw(let template)):
                payloads.append(template.bytes(&binding, client: step.client))
            case .send(.requests(let requests)):
                var bytes: [UInt8] = []
                for words in requests {
                    bytes.append(contentsOf: codec.encodeRequest(words.map { $0.bytes(&binding, client: step.client) }))
                }
                payloads.append(bytes)
            default:
                payloads.append([])
            }
        }
        return payloads
    }
}
