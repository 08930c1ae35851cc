/// A program that runs another one on a machine of its own making, and so what is preloaded as well.
enum Wrapper: String {
    /// It reads the debug information of all libraries, and gives up at that of clang's newest form.
    case valgrind
    /// It replays what was recorded, and nothing else may happen.
    case rr

    /// By the name or the path of a command's program.
    init?(_ program: String) {
        self.init(rawValue: program.split(separator: "/").last.map(String.init) ?? program)
    }

    /// Why nothing is preloaded, as a clause.
    var obstacle: String {
        switch self {
        case .valgrind: "valgrind cannot read the debug information of what would be preloaded"
        case .rr: "rr records what is preloaded as a part of the program"
        }
    }
}
