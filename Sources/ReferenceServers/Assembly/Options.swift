/// What the command line asks for.
enum Options {
    case help
    case list
    case listVariants
    case serve(ServerSpec, host: String, port: UInt16, root: String?, dieWithParent: Bool)

    static let usage = """
        usage: reference-server MODEL[/SERVICE][+DEFECT...] [--port N] [--host H] [--transport T] [--state S]
                                [--root DIR] [--die-with-parent]
               reference-server --list | --list-variants

          --port N           the port; 0, the default, picks a free one
          --host H           the address to listen on, 127.0.0.1 or ::1 by default; for Unix sockets their path
          --transport T      \(Transports.all.map(\.name).joined(separator: ", ")); the first is the default
          --state S          how processes share keys: \(StateSharing.all.map(\.name).joined(separator: ", "))
          --root DIR         what the file service serves; by default an empty directory that is removed at the end
          --die-with-parent  end when the process that started the server ends
          --list             print every server: name, tab, what it is
          --list-variants    the same for servers with another transport or state than the default

        """

    init(_ arguments: [String]) throws(UsageError) {
        var name: String?
        var host: String?
        var transport: String?
        var state: String?
        var root: String?
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
            case "--list-variants":
                self = .listVariants
                return
            case "--host": host = try value(of: argument)
            case "--transport": transport = try value(of: argument)
            case "--root": root = try value(of: argument)
            case "--state": state = try value(of: argument)
            case "--port":
                let text = try value(of: argument)
                guard let number = UInt16(text) else { throw UsageError("'\(text)' is not a port") }
                port = number
            case "--die-with-parent": dieWithParent = true
            case let text where text.hasPrefix("-"): throw UsageError("unknown option '\(text)'; see --help")
            case let text where name != nil: throw UsageError("unexpected argument '\(text)'; see --help")
            case let text: name = text
            }
        }
        guard let name else { throw UsageError("name a server, for example threaded/kv; --list prints all") }
        do throws(SpecError) {
            let spec = try ServerSpec.parse(name, transport: transport, state: state)
            let usual = try spec.choice().transport.defaultHost
            guard let address = host ?? usual else {
                throw SpecError("transport '\(spec.transport)' needs --host and a path")
            }
            self = .serve(spec, host: address, port: port, root: root, dieWithParent: dieWithParent)
        } catch {
            throw UsageError(error.description)
        }
    }
}

/// Wrong usage, in one line.
struct UsageError: Error {
    let text: String

    init(_ text: String) {
        self.text = text
    }
}
