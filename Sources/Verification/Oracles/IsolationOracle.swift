/// One client's slowness is not another's.
public struct IsolationOracle: DiagnosisOracle {
    /// How long a client must have waited.
    public var silenceLimits: SilenceLimits

    /// Creates the oracle.
    public init(silenceLimits: SilenceLimits = SilenceLimits()) {
        self.silenceLimits = silenceLimits
    }

    /// `isolation`.
    public var id: OracleID { .isolation }

    func violations(in diagnosis: Diagnosis) -> [Violation] { problems(in: diagnosis, silenceLimits: silenceLimits) }
}

extension Reading {
    /// Another client to whom the server has more to say than it reads, if there is one.
    func clientThatDoesNotRead(besides index: Int) -> String? {
        for (other, conversation) in evidence.conversations.enumerated() where other != index {
            let isOwed =
                conversation.partialReply != nil || conversation.exchanges.last.map { $0.reply == nil } ?? false
            if conversation.clientWindowClosed, isOwed { return conversation.name }
        }
        return nil
    }
}
