import Glibc

/// A system call that failed.
public struct SystemError: Error, Equatable, CustomStringConvertible {
    /// The call, as in its man page: `bind`.
    public var call: String
    /// The value of `errno` after it.
    public var code: Int32

    /// Names a call and its error number.
    public init(_ call: String, code: Int32) {
        self.call = call
        self.code = code
    }

    /// Takes `errno` as the call left it.
    package init(_ call: String) {
        self.init(call, code: errno)
    }

    /// `bind: Address already in use`.
    public var description: String {
        "\(call): \(errorText(code))"
    }
}

/// The system's words for an error number. strerror(3)
package func errorText(_ number: Int32) -> String { String(cString: strerror(number)) }

/// Runs a system call, again after each EINTR, and throws for -1.
///
/// - Returns: what the call returned.
@discardableResult
package func system(_ name: String, _ call: () -> Int32) throws(SystemError) -> Int32 {
    while true {
        let result = call()
        if result != -1 { return result }
        guard errno == EINTR else { throw SystemError(name) }
    }
}
