package import Wire

/// What is done to get to know a target, as scenarios. Nobody waits in vain in them: a pause takes the place of what may never
/// come.
package struct TargetProbes {
    /// What scenarios name.
    let protocolName: String
    /// What each client says first.
    let login: [[Template]]
    /// A request that the target was seen to answer.
    let request: [Template]

    package init(protocolName: String, login: [[Template]], request: [Template]) {
        self.protocolName = protocolName
        self.login = login
        self.request = request
    }

    /// One client asks so often, each time once it is answered, and then says nothing for a while.
    package func asking(_ times: Int, then idle: Duration = .milliseconds(10)) -> Scenario {
        one { $0 += (0..<times).flatMap { _ in ask(0) } + [step(0, .pause(idle))] }
    }

    /// One client asks so often, each time on a connection of its own.
    package func connecting(_ times: Int) -> Scenario {
        scenario((0..<times).flatMap { _ in [connect(0)] + login(of: 0) + ask(0) + [step(0, .close)] })
    }

    /// So many clients connect, and then each asks; they are all given as long as that.
    package func together(_ clients: Int, within time: Duration) -> Scenario {
        let clients = 0..<clients
        return scenario(
            clients.map { connect($0) } + clients.map { step($0, .send(.requests(login + [request]))) }
                + [step(0, .pause(time))])
    }

    /// So many clients come one after the other and stay; each asks, once the one before was answered. The first of them then
    /// says nothing for so long.
    package func inTurn(_ clients: Int, within time: Duration) -> Scenario {
        scenario((0..<clients).flatMap { [connect($0)] + login(of: $0) + ask($0) } + [step(0, .pause(time))])
    }

    /// So many clients connect and say nothing, and then another one asks, and is given as long as that.
    package func asking(beside silent: Int, within time: Duration) -> Scenario {
        scenario(
            (0...silent).map { connect($0) } + [step(silent, .send(.requests(login + [request])))]
                + [step(silent, .pause(time))])
    }

    /// As many as are served, one of whom leaves; another one comes, and waits for its reply.
    package func relieved(served: Int, after time: Duration) -> Scenario {
        let clients = 0..<served
        return scenario(
            clients.map { connect($0) } + clients.flatMap { login(of: $0) + ask($0) }
                + [step(0, .close), step(0, .pause(time)), connect(served)] + login(of: served) + ask(served))
    }

    /// One client sends so many requests at once.
    package func pipelining(_ count: Int) -> Scenario {
        one {
            $0 += [
                step(0, .send(.requests(Array(repeating: request, count: count)))), step(0, .expect(count: count)),
            ]
        }
    }

    /// One client says that it will send no more right behind its request.
    package func halfClosing() -> Scenario {
        one { $0 += [step(0, .send(.requests([request]))), step(0, .shutdown), step(0, .expect(count: 1))] }
    }

    /// One client makes these requests, says nothing for so long, and then makes the others.
    package func saying(_ requests: [[Template]], then others: [[Template]], after time: Duration) -> Scenario {
        one { $0 += requests.flatMap { ask(0, $0) } + [step(0, .pause(time))] + others.flatMap { ask(0, $0) } }
    }

    /// One client makes all of these requests at once.
    package func saying(_ requests: [[Template]]) -> Scenario {
        one { $0 += [step(0, .send(.requests(requests))), step(0, .expect(count: requests.count))] }
    }

    /// One client makes one request.
    package func saying(_ request: [Template]) -> Scenario {
        one { $0 += ask(0, request) }
    }

    // MARK: Parts

    private func one(_ add: (inout [Scenario.Step]) -> Void) -> Scenario {
        var steps = [connect(0)] + login(of: 0)
        add(&steps)
        return scenario(steps)
    }

    private func login(of client: Int) -> [Scenario.Step] { login.flatMap { ask(client, $0) } }

    private func ask(_ client: Int, _ request: [Template]? = nil) -> [Scenario.Step] {
        [step(client, .send(.requests([request ?? self.request]))), step(client, .expect(count: 1))]
    }

    private func connect(_ client: Int) -> Scenario.Step { step(client, .connect(receiveBuffer: nil)) }

    private func step(_ client: Int, _ action: Scenario.Action) -> Scenario.Step { .init(client: client, action) }

    private func scenario(_ steps: [Scenario.Step]) -> Scenario {
        Scenario(protocolName: protocolName, blocks: steps.map(Scenario.Block.step))
    }
}
