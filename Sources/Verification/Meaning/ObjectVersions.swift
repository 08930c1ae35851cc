/// A version that a reply tells of an object, with what it held then.
public struct ObjectVersion: Equatable, Sendable {
    /// The object's name.
    public var object: [UInt8]
    /// What names the version: an ETag, a number.
    public var version: [UInt8]
    /// What the object held.
    public var value: [UInt8]

    /// Creates a version.
    public init(object: [UInt8], version: [UInt8], value: [UInt8]) {
        self.object = object
        self.version = version
        self.value = value
    }
}

/// The values that versions were told of: a write on the condition of a version is one on the condition of its value.
package struct ObjectVersions: Sendable {
    private var values: [Key: [UInt8]?] = [:]

    private struct Key: Hashable {
        var object: [UInt8]
        var version: [UInt8]
    }

    package init() {}

    /// A version that was told of two values names none.
    package mutating func note(_ version: ObjectVersion) {
        let key = Key(object: version.object, version: version.version)
        if let known = values[key], known != version.value {
            values[key] = .some(nil)
        } else {
            values[key] = version.value
        }
    }

    /// With the value that the version names; where nobody was told it, a write that was done.
    package func resolved(_ operation: ObjectOperation) -> ObjectOperation {
        guard case .writeIfVersion(let version, let value) = operation.effect else { return operation }
        var copy = operation
        let known = values[Key(object: operation.object, version: version)] ?? nil
        copy.effect = known.map { .compareAndSet(expected: $0, value) } ?? .write(value)
        return copy
    }
}
