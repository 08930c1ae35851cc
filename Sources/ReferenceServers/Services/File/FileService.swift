import CLinux
import Glibc

/// Files over HTTP/1.1: GET, HEAD and PUT, ranges, keep-alive, pipelining. RFC 9110 and 9112.
///
/// Bodies are streamed in both directions. A PUT writes aside and renames, so that no GET sees half of a file.
package struct FileService: Service {
    private let root: FileRoot

    package init(_ root: FileRoot) {
        self.root = root
    }

    package func makeSession() -> any Session { FileSession(root) }
    package func finish() { root.finish() }
}

private final class FileSession: Session {
    /// What the next bytes of the client are.
    private enum Expecting {
        case head
        /// The body of a PUT, as many bytes of it.
        case upload(Upload, left: Int)
        /// The body of a request that was refused.
        case discarded(left: Int)
    }

    private static let chunkBytes = 64 << 10
    private let root: FileRoot
    private var expecting = Expecting.head
    private var searched = 0
    private var keepsAlive = true
    private var download: Download?

    init(_ root: FileRoot) {
        self.root = root
    }

    func frame(_ bytes: Span<UInt8>) -> RequestFrame {
        switch expecting {
        case .upload(_, let left), .discarded(let left):
            return bytes.isEmpty ? .incomplete : .message(length: min(left, bytes.count))
        case .head:
            // An empty line ends the head; it may straddle what was searched before.
            var index = max(3, searched)
            let limit = min(bytes.count, HTTPRequestHead.maximumBytes)
            while index < limit {
                if bytes[index] == 0x0A, bytes[index - 1] == 0x0D, bytes[index - 2] == 0x0A, bytes[index - 3] == 0x0D {
                    searched = 0
                    return .message(length: index + 1)
                }
                index += 1
            }
            searched = limit
            guard bytes.count < HTTPRequestHead.maximumBytes else {
                return .malformed(offset: limit, reason: "the head is over \(limit) bytes")
            }
            return .incomplete
        }
    }

    func refuse(_ reason: String, into reply: inout [UInt8]) {
        keepsAlive = false
        respond(.headTooLarge, into: &reply)
    }

    func answer(_ request: Span<UInt8>, into reply: inout [UInt8]) -> Continuation {
        switch expecting {
        case .discarded(let left):
            expecting = request.count < left ? .discarded(left: left - request.count) : .head
            return .next
        case .upload(let upload, let left):
            return receive(request, upload, left, into: &reply)
        case .head:
            do throws(HTTPStatus) {
                return try start(HTTPRequestHead(request), into: &reply)
            } catch {
                keepsAlive = false
                respond(error, into: &reply)
                return .close
            }
        }
    }

    func continueReply(into reply: inout [UInt8]) -> Continuation {
        guard let download else { return .next }
        switch download.next(Self.chunkBytes, into: &reply) {
        case .more: return .stream
        case .done:
            self.download = nil
            return keepsAlive ? .next : .close
        case .failed: return .close  // The length is promised already; closing early is all that is left to say.
        }
    }

    private func start(_ head: HTTPRequestHead, into reply: inout [UInt8]) throws(HTTPStatus) -> Continuation {
        keepsAlive = head.keepsAlive
        if head.hasTransferCoding { throw .lengthRequired }
        if head.method == "PUT" { return put(head, into: &reply) }
        expecting = head.contentLength > 0 ? .discarded(left: head.contentLength) : .head
        guard head.method == "GET" || head.method == "HEAD" else {
            respond(.methodNotAllowed, ["Allow: GET, HEAD, PUT"], into: &reply)
            return keepsAlive ? .next : .close
        }
        do throws(HTTPStatus) {
            return try get(head, into: &reply)
        } catch {
            respond(error, withBody: head.method == "GET", into: &reply)
            return keepsAlive ? .next : .close
        }
    }

    private func get(_ head: HTTPRequestHead, into reply: inout [UInt8]) throws(HTTPStatus) -> Continuation {
        let (number, size) = try root.read(head.path)
        let file = Descriptor(owning: number)
        var status = HTTPStatus.ok
        var bytes = 0..<size
        var fields = ["Accept-Ranges: bytes", "Content-Type: application/octet-stream"]
        if let range = head.range, head.method == "GET" {
            guard let part = range.resolved(in: size) else {
                respond(.rangeNotSatisfiable, ["Content-Range: bytes */\(size)"], into: &reply)
                return keepsAlive ? .next : .close
            }
            (status, bytes) = (.partialContent, part)
            fields.append("Content-Range: bytes \(part.lowerBound)-\(part.upperBound - 1)/\(size)")
        }
        writeHead(status, fields + ["Content-Length: \(bytes.count)"], into: &reply)
        guard head.method == "GET" else { return keepsAlive ? .next : .close }
        download = Download(file, bytes)
        return .stream
    }

    private func put(_ head: HTTPRequestHead, into reply: inout [UInt8]) -> Continuation {
        do throws(HTTPStatus) {
            let upload = try Upload(root, head.path)
            if head.expectsContinue { reply += "HTTP/1.1 100 Continue\r\n\r\n".utf8 }
            let nothing: [UInt8] = []
            return receive(nothing.span, upload, head.contentLength, into: &reply)
        } catch {
            respond(error, into: &reply)
            // A client that waits for 100 may not send its body: only a close tells where the next request begins.
            if head.expectsContinue || !keepsAlive { return .close }
            expecting = head.contentLength > 0 ? .discarded(left: head.contentLength) : .head
            return .next
        }
    }

    private func receive(
        _ piece: Span<UInt8>, _ upload: Upload, _ left: Int, into reply: inout [UInt8]
    ) -> Continuation {
        do throws(HTTPStatus) {
            try upload.write(piece)
            let left = max(0, left - piece.count)
            guard left == 0 else {
                expecting = .upload(upload, left: left)
                return .next
            }
            expecting = .head
            respond(try upload.finish() ? .noContent : .created, into: &reply)
            return keepsAlive ? .next : .close
        } catch {
            keepsAlive = false
            respond(error, into: &reply)
            return .close
        }
    }

    private func respond(
        _ status: HTTPStatus, _ fields: [String] = [], withBody: Bool = true, into reply: inout [UInt8]
    ) {
        let body = status == .noContent ? "" : "\(status.phrase)\n"
        let length = status == .noContent ? [] : ["Content-Type: text/plain", "Content-Length: \(body.utf8.count)"]
        writeHead(status, fields + length, into: &reply)
        if withBody { reply += body.utf8 }
    }

    private func writeHead(_ status: HTTPStatus, _ fields: [String], into reply: inout [UInt8]) {
        let connection = keepsAlive ? [] : ["Connection: close"]
        let lines = ["HTTP/1.1 \(status.rawValue) \(status.phrase)"] + fields + connection
        reply += (lines.joined(separator: "\r\n") + "\r\n\r\n").utf8
    }
}
