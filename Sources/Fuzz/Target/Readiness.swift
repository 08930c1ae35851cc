package import System
import Verification
package import Wire

/// Whether a target is ready: it takes a connection, or, where a first request was named, answers that, and not by an error.
package struct Readiness {
    private let address: TargetAddress
    private let network: NetworkNamespaces?
    private let first: First?
    /// How long the next reply is waited for: servers that were asked too early may never answer. Nanoseconds.
    private var wait = Readiness.firstWait
    /// The last reply, where it was an error.
    package private(set) var refusal: String?

    /// The request that is to be answered.
    private struct First {
        let text: String
        let bytes: [UInt8]
        let codec: any WireCodec

        init(_ request: RequestText, _ codec: any WireCodec) {
            text = request.text
            var binding = Binding(campaign: CampaignName.fresh(), execution: 0)
            var builder = RequestBuilder()
            bytes = builder.build(.step(.init(client: 0, .send(request.payload))), &binding, codec)[0]
            self.codec = codec
        }
    }

    private static let firstWait: Int64 = 1_000_000_000

    /// A target is ready that takes a connection.
    init(_ address: TargetAddress, in network: NetworkNamespaces?) {
        (self.address, self.network, first) = (address, network, nil)
    }

    /// A target is ready that answers a request, where there is one.
    package init(
        _ address: TargetAddress, in network: NetworkNamespaces?, answering: RequestText?, _ codec: any WireCodec
    ) {
        (self.address, self.network) = (address, network)
        first = answering.map { First($0, codec) }
    }

    /// The request that is to be answered.
    var request: String? { first?.text }

    /// Looks once.
    ///
    /// - Parameter isOver: whether waiting is to end.
    package mutating func isReached(isOver: () -> Bool) -> Bool {
        let address = self.address
        guard (try? network.inside({ address.isServed() })) ?? false else { return false }
        guard let first else { return true }
        let end = Clock.monotonic + wait
        let exchange = SingleExchange(address: address, codec: first.codec, network: network)
        guard let reply = exchange.reply(to: first.bytes, isOver: { isOver() || Clock.monotonic > end }) else {
            if Clock.monotonic > end { wait *= 2 }
            return false
        }
        guard first.codec.spoken.isError(reply) else { return true }
        refusal = Reading.text(reply)
        return false
    }
}
