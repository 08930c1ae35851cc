"""resp: closes connections on which nothing was asked for 15 ms."""
from common import *
serve = resp(Store())

def conversation(client, reader):
    client.settimeout(0.015)
    serve(client, reader)

threaded(conversation)
