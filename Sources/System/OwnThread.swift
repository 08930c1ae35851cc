/// Does what takes long and waits in system calls on a thread of its own: the caller's task waits without keeping others
/// from running.
///
/// - Throws: what `body` throws; `SystemError` where the system is out of threads.
package func onOwnThread<Value: Sendable>(
    _ name: String, _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        do throws(SystemError) {
            try JoinableThread(name) { continuation.resume(with: Result { try body() }) }.detach()
        } catch {
            continuation.resume(throwing: error)
        }
    }
}
