/// Bytes of a message for a person: printable ASCII as it is, the rest escaped, cut to a width.
package func printable(_ bytes: some Collection<UInt8>, limit: Int = 60) -> String {
    var out = ""
    // Counting characters anew for each byte would take time in the square of the length.
    var written = 0
    for byte in bytes {
        if written >= limit { return out + "… (\(bytes.count) bytes)" }
        switch byte {
        case 0x0D: out += "\\r"
        case 0x0A: out += "\\n"
        case 0x09: out += "\\t"
        case 0x20...0x7E:
            out.unicodeScalars.append(UnicodeScalar(byte))
            written += 1
            continue
        default:
            let hex = String(byte, radix: 16)
            out += "\\x" + (hex.count == 1 ? "0" + hex : hex)
            written += 2
        }
        written += 2
    }
    return out
}
