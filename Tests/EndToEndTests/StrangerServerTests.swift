import Foundation
import Testing

/// Servers that are none of ours, in Python where that is installed: what a user's own server may look like.
enum StrangerServer {
    static let python = CrossfireProcess.program("python3")

    /// Tagged lines; the payload of a reply comes from a variable that all threads share.
    static let sharedPayload = """
        import socketserver, sys, time
        last = b''
        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                global last
                for line in self.rfile:
                    words = line.split()
                    last = words[2]
                    time.sleep(0.0002)
                    self.wfile.write(b'RSP ' + words[1] + b' ' + last + b'\\n')
        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            request_queue_size = 64
        Server(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()
        """

    /// RESP, a process for each connection, each with keys of its own.
    static let unsharedKeys = """
        import socketserver, sys
        keys = {}
        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                while True:
                    head = self.rfile.readline()
                    if not head: return
                    words = []
                    for _ in range(int(head[1:])):
                        length = int(self.rfile.readline()[1:])
                        words.append(self.rfile.read(length + 2)[:-2])
                    name = words[0].upper()
                    if name == b'INCR':
                        keys[words[1]] = keys.get(words[1], 0) + 1
                        reply = b':%d\\r\\n' % keys[words[1]]
                    elif name == b'PING': reply = b'+PONG\\r\\n'
                    else: reply = b"-ERR unknown command '%s'\\r\\n" % words[0]
                    self.wfile.write(reply)
        class Server(socketserver.ForkingMixIn, socketserver.TCPServer):
            allow_reuse_address = True
            request_queue_size = 64
            max_children = 200
        Server(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()
        """

    static func write(_ text: String, in folder: TemporaryFolder) throws -> String {
        let path = "\(folder.path)/server.py"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }
}

extension EndToEnd {
    /// Goal: faults of servers that nobody prepared for the tool are found and explained. Method: two small servers in
    /// another language, each with a mistake that people make.
    @Suite(
        "servers of others", .enabled(if: canCapture),
        .enabled(if: StrangerServer.python != nil, "needs python3"))
    struct StrangerServers {
        private func fuzz(
            _ server: String, _ wireProtocol: String, _ options: String...
        ) throws -> CrossfireProcess.Result {
            let folder = try TemporaryFolder()
            return try CrossfireProcess.run(
                [
                    "fuzz", "--protocol", wireProtocol, "--duration", "20s", "--stop-on-first", "--json", "--confirm",
                    "4",
                    "--perturb", "off", "--out", "\(folder.path)/out",
                ] + options + ["--", StrangerServer.python!, try StrangerServer.write(server, in: folder), "{port}"])
        }

        @Test("a reply with another client's payload differs from what the client gets alone")
        func serialEquivalence() throws {
            let result = try fuzz(StrangerServer.sharedPayload, "tagged")
            #expect(result.status == 1, "\(result.errors)")
            #expect(result.oracles == ["serial-equivalence"], "\(result.output)")
            let finding = (result.json["findings"] as? [[String: Any]])?.first
            let hits = (finding?["reproduced"] as? [String: Any])?["hits"] as? Int ?? 0
            #expect(hits > 0, "\(result.output)")
        }

        @Test("processes that do not share their keys are blamed")
        func blame() throws {
            // Enough requests of each client on one key that what its process did says something.
            let result = try fuzz(StrangerServer.unsharedKeys, "resp", "--operations", "6", "--seed", "7")
            #expect(result.status == 1, "\(result.errors)")
            #expect(result.oracles.contains("linearizability"), "\(result.output)")
            #expect(result.output.contains("processes did is in order by itself: they do not share this state"))
        }
    }
}
