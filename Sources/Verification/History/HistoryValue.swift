/// A value in a history that is no whole number of at most 60 bits. Values keep their type: `true` is not 1, `:a` is not
/// `"a"`, 1.0 is not 1. What stands inside a list, a set or a map is again the code of a value.
public enum HistoryValue: Hashable, Sendable {
    /// A text.
    case text(ExactText)
    /// A text that is no UTF-8.
    case bytes([UInt8])
    /// EDN's `:name`, without the colon.
    case keyword(ExactText)
    /// EDN's other atoms: `name`, `\a`, `##Inf`.
    case symbol(ExactText)
    /// True or false.
    case bool(Bool)
    /// A number that is no code: whole with more than 60 bits, a decimal or a ratio, in one spelling for equal ones.
    case number(ExactText)
    /// The elements in order: EDN's `[1 2]` and `(1 2)`, JSON's `[1, 2]`.
    case list([Int])
    /// The elements in order of their codes, each once.
    case set([Int])
    /// Keys and values in turn, in order of the keys' codes.
    case map([Int])
    /// A value behind EDN's `#tag`.
    case tagged(ExactText, Int)
}

/// A text that equals only the text of the same bytes; two `String`s are equal where Unicode calls them equivalent.
public struct ExactText: Hashable, Sendable, ExpressibleByStringLiteral {
    /// The text.
    public let string: String

    /// Takes a text as it is.
    public init(_ string: String) { self.string = string }

    /// Takes a literal as it is.
    public init(stringLiteral string: String) { self.string = string }

    /// Byte by byte.
    public static func == (left: ExactText, right: ExactText) -> Bool {
        left.string.utf8.elementsEqual(right.string.utf8)
    }

    /// The bytes.
    public func hash(into hasher: inout Hasher) {
        var string = string
        string.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
