"""echo: greets, after 160 ms, in which it listens to nobody."""
import time
from common import *
store = Store()

def conversation(client, reader):
    time.sleep(0.16)
    client.sendall(b"220 echo, at last\n")
    for line in reader: client.sendall(store.passed(line))

threaded(conversation)
