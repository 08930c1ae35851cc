import System
import Wire

/// One way in which clients meet. It knows no protocol: what is said it draws from a vocabulary. A new one is one file and
/// one entry here.
struct ScenarioPattern: Sendable {
    /// How often it is drawn, beside the others that fit. Where no reply repeats its request, rounds tell less, and what
    /// tells by other ways is drawn more often.
    var weight: @Sendable (RequestDraw) -> Int
    /// Whether clients send as many requests as the options say, if they say it.
    var keepsToOperations: Bool
    /// Whether the vocabulary has what it needs.
    var fits: @Sendable (RequestDraw) -> Bool
    /// Draws a scenario.
    var scenario: @Sendable (inout SeededGenerator, RequestDraw) -> Scenario

    /// All that campaigns draw.
    static let all = [rounds, largeValues, slowReaders, churn, followUp, broadcast]
}
