"""echo: two workers, each with one connection at a time."""
from common import *
store = Store()

def conversation(client, reader):
    for line in reader: client.sendall(store.passed(line))

pooled(conversation, 2)
