import Verification

/// What a history is checked as, as far as drawing it needs to know.
struct CheckedObject {
    /// What people call the model.
    var name: String
    /// What a single object is called: `queue`.
    var noun: String
    /// Whether each element is checked for itself, as a set's are.
    var hasElements = false
    /// The most operations of an object for which an order is looked for.
    var limit: Int
    /// An order of the operations on one object.
    var witness: (History) -> Witness

    /// What the search for a line may spend.
    static let budget = SearchBudget(nodes: 1_000_000, bytes: 256 << 20)

    /// One of the built-in models.
    init(_ model: CheckModel) {
        name = model.rawValue
        noun = model == .kv ? "key" : model.rawValue
        hasElements = model == .set
        limit = CheckLine.limit(model)
        witness = { model.witness($0, Self.budget) }
    }

    /// A model of the user's own.
    init(_ own: ModelFile) {
        name = own.name
        noun = "object"
        hasElements = own.kind == .set
        limit = CheckLine.maximumOperations
        if let kind = own.kind { limit = CheckLine.limit(kind) }
        witness = { own.witness($0, Self.budget) }
    }
}
