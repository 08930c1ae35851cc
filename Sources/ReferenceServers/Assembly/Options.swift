/// What the command line asks for.
enum Options {
    case help
    case list
    case serve(ServerSpec, host: String, port: UInt16, dieWithParent: Bool)

    static let usage = """
        usage: reference-server MODEL[/SERVICE][+DEFECT...] [--port N] [--host H] [--die-with-parent]
               reference-server --list

          --port N           the port; 0, the default, picks a free one
          --host H           the address to listen on; 127.0.0.1 by default
          --die-with-parent  end when the process that started the server ends
          --list             print every server: name, tab, what it is

        """

    init(_ arguments: [String]) throws(UsageError) {
        var spec: ServerSpec?
        var host = "127.0.0.1"
        var port: UInt16 = 0
        var dieWithParent = false
        var rest = arguments[...]
        func value(of option: String) throws(UsageError) -> String {
            guard let value = rest.popFirst() else { throw UsageError("option \(option) needs a value") }
            return value
        }
        while let argument = rest.popFirst() {
            switch argument {
            case "--help", "-h":
                self = .help
                return
            case "--list":
                self = .list
                return
            case "--host": host = try value(of: argument)
            case "--port":
                let text = try value(of: argument)
                guard let number = UInt16(text) else { throw UsageError("'\(text)' is not a port") }
                port = number
            case "--die-with-parent": dieWithParent = true
            case let text where text.hasPrefix("-"): throw UsageError("unknown option '\(text)'; see --help")
            case let text where spec != nil: throw UsageError("unexpected argument '\(text)'; see --help")
            case let text:
                do { spec = try ServerSpec.parse(text) } catch { throw UsageError(error.description) }
            }
        }
        guard let spec else { throw UsageError("name a server, for example threaded/kv; --list prints all") }
        self = .serve(spec, host: host, port: port, dieWithParent: dieWithParent)
    }
}

/// Wrong usage, in one line.
struct UsageError: Error {
    let text: String

    init(_ text: String) {
        self.text = text
    }
}
