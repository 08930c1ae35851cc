"""http: at most three requests on a connection; the last reply says that it closes."""
from common import *
store = Store()

def conversation(client, reader):
    for left in (2, 1, 0):
        request = Request(reader).read(reader)
        status, body = http_answer(store, request)
        client.sendall(http_reply(status, body, [] if left else [(b"Connection", b"close")], request))
        if request.closes: return

threaded(conversation)
