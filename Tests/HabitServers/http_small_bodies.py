"""http: bodies of more than 1 KiB are refused with 413, and the connection is closed unread."""
from common import *
store = Store()

def conversation(client, reader):
    while True:
        request = Request(reader)
        if request.length > 1024:
            client.sendall(http_reply(b"413 Content Too Large", b"", [(b"Connection", b"close")]))
            return
        status, body = http_answer(store, request.read(reader))
        client.sendall(http_reply(status, body, request=request))
        if request.closes: return

threaded(conversation)
