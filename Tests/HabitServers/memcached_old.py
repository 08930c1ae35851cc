"""memcached: an old one, which knows no cas, no touch and no meta commands: it says ERROR and reads on."""
from common import *
store = Store()

def conversation(client, reader):
    while line := reader.readline(): client.sendall(memcached(store, line.split(), reader))

threaded(conversation)
