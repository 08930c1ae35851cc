"""resp: everything wants a password."""
from common import *

def conversation(client, reader):
    while True:
        resp_words(reader)
        client.sendall(b"-NOAUTH Authentication required.\r\n")

threaded(conversation)
