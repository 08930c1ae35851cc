import Testing
import Verification

/// Goal: searches give up where memory is short, and say why. Method: a history that only a search decides, with the
/// pressure high, and with hardly any bytes to spend.
@Suite struct MemoryPressureTests {
    private let history = HistoryGenerator(model: .register, operations: 200, clients: 8, seed: 3).generate()
    private let pressure = MemoryPressure(reason: "memory is short")

    private func verdict(_ budget: SearchBudget) -> HistorySearch.Outcome {
        CheckModel.register.search(history, rows: Array(0..<history.count), budget)
    }

    @Test("under pressure nothing is decided, and later it is again") func pressed() {
        var budget = SearchBudget()
        budget.pressure = pressure
        pressure.isHigh = true
        #expect(verdict(budget) == .unknown("memory is short"))
        pressure.isHigh = false
        #expect(verdict(budget) == .linearizable)
    }

    @Test("bytes are bounded, and whoever limits memory says why") func bytes() {
        var budget = SearchBudget(bytes: 1 << 10)
        #expect(verdict(budget) == .unknown("the budget of 1024 bytes is spent"))
        budget.pressure = pressure
        #expect(verdict(budget) == .unknown("memory is short"))
    }
}
