"""http: closes after each reply, as HTTP/1.0 does."""
from common import *
store = Store()

def conversation(client, reader):
    request = Request(reader).read(reader)
    status, body = http_answer(store, request)
    client.sendall(http_reply(status, body, [(b"Connection", b"close")], request))

threaded(conversation)
