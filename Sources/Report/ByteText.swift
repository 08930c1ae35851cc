/// Bytes of a message for a person: printable ASCII as it is, the rest escaped, cut to a width.
func printable(_ bytes: some Collection<UInt8>, limit: Int = 60) -> String {
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

/// A span of time with three digits and a unit that suits it.
func duration(nanoseconds: Int64) -> String {
    let value = Double(nanoseconds)
    for (unit, size) in [("s", 1e9), ("ms", 1e6), ("µs", 1e3)] where abs(value) >= size {
        let scaled = value / size
        let digits = abs(scaled) >= 100 ? 0 : abs(scaled) >= 10 ? 1 : 2
        return "\(fixed(scaled, digits)) \(unit)"
    }
    return "\(nanoseconds) ns"
}

/// A number with so many digits behind the point; as Swift writes it, where it is too large for that.
func fixed(_ value: Double, _ digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    guard abs(value * scale) < 1e18 else { return "\(value)" }
    let whole = Int((value * scale).rounded())
    guard digits > 0 else { return String(whole) }
    let text = String(abs(whole))
    let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
    return (whole < 0 ? "-" : "") + padded.dropLast(digits) + "." + padded.suffix(digits)
}
