"""resp: a worker process for each connection that ends after eight requests, as workers with a request limit do."""
from common import *
store = Store()

def conversation(client, reader):
    for _ in range(8): client.sendall(resp_reply(store, resp_words(reader)))

threaded(conversation)
