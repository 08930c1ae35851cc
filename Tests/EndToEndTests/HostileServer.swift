import Foundation

/// A server that means its clients ill, in Python: `hostile.py KIND PROTOCOL PORT`.
enum HostileServer {
    /// Writes the program.
    ///
    /// - Returns: Its path.
    static func write(into folder: TemporaryFolder) throws -> String {
        let path = "\(folder.path)/hostile.py"
        try Data(script.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    /// What it does to clients, to its processes, or to what it prints.
    static let kinds = [
        // Connections.
        "close-at-accept", "reset-at-accept", "never-accept", "silent", "greeting", "close-after-one", "stop-listening",
        "reads-nothing", "half-closes", "reset-after-reply", "holds-open", "urgent", "listens-late",
        "listens-elsewhere",
        // Replies.
        "half-then-close", "half-then-reset", "twice", "late", "slow-bytes", "garbage", "nul", "not-utf8", "escapes",
        "errors-only", "empty", "early", "swaps", "splits", "drips", "informational",
        // Sizes.
        "flood-replies", "flood-garbage", "endless-reply", "long-line", "huge-length", "largest-length",
        "negative-length", "deep", "many-elements", "odd-number", "beyond-length", "endless-fields",
        "endless-extension",
        // Processes.
        "crash", "exit-zero", "stops-itself", "daemon", "fork-loop", "kills-guard", "descriptors", "prints",
        "exits-at-once", "daemonizes", "ignores-signals", "changes-folder",
    ]

    private static let script = #"""
        import os, signal, socket, sys, threading, time
        kind, protocol, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
        whole = {"echo": None, "resp": b"+OK\r\n", "http": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"}[protocol]
        LARGEST = b"9223372036854775807"

        def lengths(number):
            return {"echo": number + b"\n", "resp": b"$" + number + b"\r\nabc\r\n",
                    "http": b"HTTP/1.1 200 OK\r\nContent-Length: " + number + b"\r\n\r\nabc"}[protocol]

        def answer(request):
            reply = whole or request
            if kind == "twice": return reply + reply
            if kind == "late": time.sleep(0.05)
            if kind == "garbage": return b"\x01\x02garbage\x03\n" * 3
            if kind == "nul": return b"\0" * 100
            if kind == "not-utf8": return b"+\xff\xfe\xc3\x28\r\n"
            if kind == "escapes": return b"+\x1b]0;owned\x07\x1b[2J\xc2\x9b31m\xe2\x80\xae\r\n"
            if kind == "errors-only": return {"resp": b"-ERR no\r\n", "http": b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"}.get(protocol, b"no\n")
            if kind == "empty": return {"resp": b"\r\n", "http": b"\r\n\r\n"}.get(protocol, b"\n")
            if kind == "long-line": return b"x" * 20_000_000
            if kind == "huge-length": return lengths(b"536870911")
            if kind == "largest-length": return lengths(LARGEST)
            if kind == "negative-length": return lengths(b"-9223372036854775808")
            if kind == "odd-number": return lengths(b"+00x7")
            if kind == "beyond-length": return lengths(b"18446744073709551616")
            if kind == "informational": return more * 1000 + reply
            if kind == "deep": return b"*1\r\n" * 100_000 if protocol == "resp" else b"[" * 100_000
            if kind == "many-elements":
                return b"*1048576\r\n" + b":1\r\n" * 100_000 if protocol == "resp" else b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 100_000
            return reply

        # What a client passes over before a reply.
        more = {"echo": b"\n", "resp": b">2\r\n$4\r\npush\r\n$1\r\nx\r\n", "http": b"HTTP/1.1 100 Continue\r\n\r\n"}[protocol]

        def endless(part):
            """The beginning of a reply without an end, and what goes on in it."""
            if protocol == "echo": return b"", b"x"
            if part == "fields":
                return (b"*9999999\r\n", b":1\r\n") if protocol == "resp" else (b"HTTP/1.1 200 OK\r\n", b"X-Field: y\r\n")
            return (b"+", b"OK") if protocol == "resp" else (
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5", b";name=value")

        def flood(c, piece):
            piece = piece * max(1, 65536 // len(piece))
            while True: c.sendall(piece)

        def serve(c):
            try:
                if kind == "close-at-accept": return
                if kind == "reset-at-accept":
                    c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    return
                if kind == "greeting": c.sendall(whole or b"hello\n")
                if kind == "silent": time.sleep(1000)
                if kind == "early": c.sendall(whole or b"early\n")
                if kind == "splits": c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                held = b""
                if kind == "reads-nothing": flood(c, whole or b"x\n")
                while True:
                    request = c.recv(65536)
                    if not request and kind == "holds-open": time.sleep(1000)
                    if not request: return
                    if kind == "crash": os.kill(os.getpid(), signal.SIGSEGV)
                    if kind == "exit-zero": os._exit(0)
                    if kind == "stops-itself": os.kill(os.getpid(), signal.SIGSTOP)
                    if kind == "kills-guard": os.kill(os.getppid(), signal.SIGKILL)
                    if kind == "descriptors": kept.append(os.dup(c.fileno()))
                    if kind == "prints":
                        for _ in range(100): os.write(1, b"\x1b[31mloud\n" * 5000)
                    if kind == "half-closes": c.shutdown(socket.SHUT_WR)
                    if kind == "flood-replies": flood(c, whole or request)
                    if kind == "flood-garbage": flood(c, b"\x00\xff?")
                    if kind == "endless-reply":
                        c.sendall(lengths(b"500000000") if protocol == "resp" else
                                  b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" if protocol == "http" else b"")
                        flood(c, b"4\r\nabcd\r\n" if protocol == "http" else b"abcd")
                    if kind.startswith("endless-") and kind != "endless-reply":
                        beginning, part = endless(kind[8:])
                        c.sendall(beginning)
                        flood(c, part)
                    if kind == "urgent": c.send(b"!", socket.MSG_OOB)
                    if kind == "changes-folder": os.chdir("/")
                    reply = answer(request)
                    if kind in ("slow-bytes", "drips", "splits"):
                        for byte in reply:
                            c.sendall(bytes([byte]))
                            time.sleep({"slow-bytes": 0.3, "drips": 1, "splits": 0}[kind])
                    elif kind == "swaps":
                        # The second of two first.
                        if held: c.sendall(reply + held)
                        held = b"" if held else reply
                    elif kind.startswith("half-then"):
                        c.sendall(reply[: len(reply) // 2])
                        if kind == "half-then-reset":
                            c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                        return
                    else:
                        c.sendall(reply)
                    if kind == "reset-after-reply":
                        c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    if kind in ("close-after-one", "reset-after-reply"): return
            except OSError:
                pass
            finally:
                c.close()

        kept = []
        if kind in ("daemon", "fork-loop") and os.fork() == 0:
            os.setsid()
            if kind == "daemon":
                if os.fork(): os._exit(0)
                os.execve(sys.executable, [sys.executable, "-c", "import time; time.sleep(1000)", sys.argv[0]], {})
            while True:
                if os.fork(): os._exit(0)
        if kind == "exits-at-once": sys.exit(3)
        if kind == "ignores-signals":
            for number in set(range(1, 32)) - {signal.SIGKILL, signal.SIGSTOP}: signal.signal(number, signal.SIG_IGN)
        if kind == "listens-late": time.sleep(2)
        if kind == "listens-elsewhere": port ^= 1
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("127.0.0.1", port))
        s.listen(64)
        if kind == "daemonizes" and os.fork(): os._exit(0)
        if kind == "never-accept": time.sleep(1000)
        while True:
            c, _ = s.accept()
            threading.Thread(target=serve, args=(c,), daemon=True).start()
            if kind == "stop-listening":
                s.close()
                time.sleep(1000)
        """#
}
