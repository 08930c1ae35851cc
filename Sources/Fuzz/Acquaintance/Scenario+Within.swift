package import Wire

/// Scenarios within what a target serves.
extension Scenario {
    /// With no more requests on one connection than the server answers on one, and no more outstanding than it takes: a client that
    /// has had its share connects anew, and what does not fit is not said.
    ///
    /// - Parameters:
    ///   - perConnection: at least 1; nil: any number.
    ///   - outstanding: the same.
    ///   - login: requests that clients say first on each connection.
    package func within(
        perConnection: Int?, outstanding: Int?, login: [[Template]] = [], _ codec: any WireCodec
    ) -> Scenario {
        guard perConnection != nil || outstanding != nil else { return self }
        var shares = Array(repeating: Share(), count: clientCount)
        var copy = self
        copy.blocks = []
        for block in blocks {
            var before: [Step] = []
            let steps = block.steps.compactMap { step -> Step? in
                shares[step.client].step(
                    step, perConnection ?? .max, outstanding ?? .max, login, codec, anew: { before += $0 })
            }
            copy.blocks += before.map(Block.step)
            guard !steps.isEmpty else { continue }
            if case .together = block, steps.count > 1 {
                copy.blocks.append(.together(steps))
            } else {
                copy.blocks += steps.map(Block.step)
            }
        }
        return copy
    }

    /// What one client has said on its connection.
    private struct Share {
        var said = 0
        var owed = 0

        /// A step as far as it fits; nil where nothing of it does.
        mutating func step(
            _ step: Step, _ perConnection: Int, _ outstanding: Int, _ login: [[Template]], _ codec: any WireCodec,
            anew: ([Step]) -> Void
        ) -> Step? {
            switch step.action {
            case .connect:
                (said, owed) = (0, 0)
                return step
            case .send(.requests(let requests)):
                let isNew = owed == 0 && said + requests.count > perConnection && said > login.count
                if isNew {
                    anew(connecting(step.client, login))
                    (said, owed) = (login.count, 0)
                }
                let fitting = Array(requests.prefix(max(0, min(perConnection - said, outstanding - owed))))
                said += fitting.count
                owed += fitting.count { $0.isAnswered(codec) }
                return fitting.isEmpty ? nil : Step(client: step.client, .send(.requests(fitting)))
            case .expect(let count):
                let fitting = min(count, owed)
                owed -= fitting
                return fitting > 0 ? Step(client: step.client, .expect(count: fitting)) : nil
            default: return step
            }
        }

        private func connecting(_ client: Int, _ login: [[Template]]) -> [Step] {
            [Step(client: client, .connect(receiveBuffer: nil))]
                + login.flatMap {
                    [
                        Step(client: client, .send(.requests([$0]))), Step(client: client, .expect(count: 1)),
                    ]
                }
        }
    }
}
