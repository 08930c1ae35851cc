"""http: one connection after the other, each with one request: who is connected and says nothing keeps all others waiting."""
from common import *
store = Store()

def conversation(client, reader):
    request = Request(reader).read(reader)
    status, body = http_answer(store, request)
    client.sendall(http_reply(status, body, [(b"Connection", b"close")], request))

iterative(conversation)
