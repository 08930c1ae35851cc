"""memcached: remembers the last twelve keys only."""
from common import *

class Small(Store):
    def put(self, key, value):
        super().put(key, value)
        with self.guard():
            while len(self.values) > 12: self.values.pop(next(iter(self.values)), None)

store = Small()

def conversation(client, reader):
    while line := reader.readline(): client.sendall(memcached(store, line.split(), reader))

threaded(conversation)
