/// A request by the words of its protocol: for models that know nothing of what it means.
package struct NamedRequest {
    /// What is asked for: `INCR`, `PUT`.
    package var name: String
    /// What it is asked of: a key, a path.
    package var object: [UInt8]?
    /// What it is asked with.
    package var arguments: [[UInt8]]

    package init(name: String, object: [UInt8]? = nil, arguments: [[UInt8]] = []) {
        self.name = name
        self.object = object
        self.arguments = arguments
    }
}

/// What a request was answered, as a value of a history.
package enum NamedAnswer {
    case value(Int)
    /// An error, which says that nothing was done; its words.
    case refused(Int)
}
