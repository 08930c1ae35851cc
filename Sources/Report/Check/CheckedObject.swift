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

    /// One of the built-in models; the search for a line keeps to `budget`.
    init(_ model: CheckModel, _ budget: SearchBudget) {
        name = model.rawValue
        noun = model == .kv ? "key" : model.rawValue
        hasElements = model == .set
        limit = CheckLine.limit(model)
        witness = { model.witness($0, budget) }
    }

    /// A model of the user's own.
    init(_ own: ModelFile, _ budget: SearchBudget) {
        name = own.name
        noun = "object"
        hasElements = own.kind == .set
        limit = CheckLine.maximumOperations
        if let kind = own.kind { limit = CheckLine.limit(kind) }
        witness = { own.witness($0, budget) }
    }
}
