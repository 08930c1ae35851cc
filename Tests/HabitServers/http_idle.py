"""http: closes connections on which nothing was asked for 150 ms."""
from common import *
serve = http(Store())

def conversation(client, reader):
    client.settimeout(0.15)
    serve(client, reader)

threaded(conversation)
