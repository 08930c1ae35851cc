import ArgumentParser

/// An amount of memory on the command line: `512MiB`, `2GB`, or a number of bytes.
struct ByteCount: ExpressibleByArgument {
    let bytes: Int

    /// Of bare letters the binary meaning, as in `ulimit` and Docker.
    private static let units: [(suffix: String, scale: Int)] = [
        ("kib", 1 << 10), ("mib", 1 << 20), ("gib", 1 << 30), ("kb", 1000), ("mb", 1_000_000), ("gb", 1_000_000_000),
        ("k", 1 << 10), ("m", 1 << 20), ("g", 1 << 30), ("b", 1), ("", 1),
    ]

    init?(argument: String) {
        let text = argument.lowercased()
        guard let unit = Self.units.first(where: { text.hasSuffix($0.suffix) }),
            let count = Int(text.dropLast(unit.suffix.count)), count > 0
        else { return nil }
        let (bytes, isBeyond) = count.multipliedReportingOverflow(by: unit.scale)
        guard !isBeyond else { return nil }
        self.bytes = bytes
    }

    init(bytes: Int) { self.bytes = bytes }

    /// `200 MiB`.
    var words: String { bytes < 1 << 20 ? "\(bytes) bytes" : "\(bytes >> 20) MiB" }
}
