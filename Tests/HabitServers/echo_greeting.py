"""echo: says hello to each client first."""
from common import *
store = Store()

def conversation(client, reader):
    client.sendall(b"220 echo ready\r\n")
    for line in reader: client.sendall(store.passed(line))

threaded(conversation)
