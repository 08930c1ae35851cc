"""memcached: closes at commands that it does not know."""
from common import *
store = Store()

def conversation(client, reader):
    while line := reader.readline():
        reply = memcached(store, line.split(), reader)
        if reply == b"ERROR\r\n": return
        client.sendall(reply)

threaded(conversation)
