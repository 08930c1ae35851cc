/// What a judge needs of a reply, read once and without copying it. But for `isError` the numbers mean what the protocol
/// wants them to.
package struct ReplyHead: Sendable {
    /// The server refused. An error may answer any request.
    package var isError: Bool
    /// What kind of reply it is.
    package var kind: UInt8 = 0
    /// One of few things besides.
    package var detail: UInt8 = 0
    package var flags: UInt16 = 0
    package var status: Int16 = 0
    package var number = 0
    // A judge keeps millions of heads; no message is longer than what 32 bits count.
    private var start: UInt32 = 0
    private var end: UInt32 = 0

    /// Where its contents lie.
    package var body: Range<Int> {
        get { Int(start)..<Int(end) }
        set { (start, end) = (UInt32(clamping: newValue.lowerBound), UInt32(clamping: newValue.upperBound)) }
    }

    package init(isError: Bool) {
        self.isError = isError
    }
}
