import CLinux
import Glibc

/// One line on standard error.
func complain(_ text: String) {
    writeAll("reference-server: \(text)\n", to: 2)
}

/// Writes without buffering, so that a child of `fork` never repeats it.
func writeAll(_ text: String, to descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
        let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress!, $0.count) }
        if count > 0 {
            bytes = bytes.dropFirst(count)
        } else if errno != EINTR {
            return
        }
    }
}
