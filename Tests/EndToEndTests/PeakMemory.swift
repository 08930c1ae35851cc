import Foundation

/// The most memory that a program has held: getrusage(2).
enum PeakMemory {
    /// For `python3 -c`, with a file and a command: runs the command, and writes down in the file the most kibibytes that
    /// it, or what it started and waited for, has held.
    static let script = """
        import resource, subprocess, sys
        status = subprocess.call(sys.argv[2:])
        open(sys.argv[1], "w").write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
        sys.exit(status if status >= 0 else 128 - status)
        """

    /// What the script wrote.
    static func kibibytes(_ path: String) throws -> Int {
        Int(try String(contentsOfFile: path, encoding: .utf8)) ?? .max
    }
}
