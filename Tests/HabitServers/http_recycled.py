"""http: closes after five requests, without a word, as a worker that is replaced does."""
from common import *
store = Store()

def conversation(client, reader):
    for _ in range(5):
        request = Request(reader).read(reader)
        status, body = http_answer(store, request)
        client.sendall(http_reply(status, body, request=request))
        if request.closes: return

threaded(conversation)
