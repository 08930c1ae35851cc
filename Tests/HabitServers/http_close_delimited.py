"""http: HTTP/1.0, whose bodies end with the connection."""
from common import *
store = Store()

def conversation(client, reader):
    request = Request(reader).read(reader)
    status, body = http_answer(store, request)
    client.sendall(b"HTTP/1.0 " + status + b"\r\nServer: small\r\n\r\n")
    if request.method != b"HEAD": client.sendall(body)

threaded(conversation)
