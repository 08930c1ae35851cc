"""http: bodies in chunks of seven bytes with extensions and a trailer, behind an interim reply."""
from common import *
store = Store()

def conversation(client, reader):
    while True:
        request = Request(reader).read(reader)
        status, body = http_answer(store, request)
        if request.method == b"HEAD" or status[:3] == b"204":
            client.sendall(b"HTTP/1.1 %s\r\n\r\n" % status if status[:3] == b"204" else
                           b"HTTP/1.1 %s\r\nTransfer-Encoding: chunked\r\n\r\n" % status)
        else:
            client.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n")
            client.sendall(b"HTTP/1.1 %s\r\ntransfer-encoding: Chunked\r\nTrailer: X-Sum\r\n\r\n" % status)
            for at in range(0, len(body), 7):
                piece = body[at:at + 7]
                client.sendall(b"%x;n=%d\r\n%s\r\n" % (len(piece), at, piece) if len(body) < 500 else b"%X\r\n%s\r\n" % (len(piece), piece))
            client.sendall(b"0\r\nX-Sum: 1\r\n\r\n")
        if request.closes: return

threaded(conversation)
