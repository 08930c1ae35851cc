import Synchronization
import System
public import Verification
public import Wire

extension Campaign {
    /// Runs a whole campaign on a thread of its own, so that the caller's task waits without keeping others from running.
    /// Several may run at once, each in a network of its own.
    ///
    /// A task that is cancelled ends its campaign at the next event, some four a second, with `CancellationError`.
    ///
    /// - Parameter emit: told what happens, on the campaign's thread; what it throws ends the campaign.
    /// - Throws: as `init` and `run`.
    public static func run(
        _ options: CampaignOptions, emit: @escaping @Sendable (CampaignEvent) throws -> Void = { _ in }
    ) async throws -> CampaignResult {
        let cancellation = Cancellation()
        return try await withTaskCancellationHandler {
            try await onOwnThread("campaign") {
                try Campaign(options) { event in
                    if cancellation.isWanted.load(ordering: .relaxed) { throw CancellationError() }
                    try emit(event)
                }.run()
            }
        } onCancel: {
            cancellation.isWanted.store(true, ordering: .relaxed)
        }
    }

    private final class Cancellation: Sendable {
        let isWanted = Atomic(false)
    }
}

extension ScenarioReplayer {
    /// Runs the scenario on a thread of its own, so that the caller's task waits without keeping others from running.
    ///
    /// - Throws: as `run` that is not asynchronous.
    public func run(_ scenario: Scenario, expecting oracle: OracleID?) async throws -> Result {
        try await onOwnThread("replay") { () throws in
            let run: (Scenario, OracleID?) throws -> Result = self.run
            return try run(scenario, oracle)
        }
    }
}
