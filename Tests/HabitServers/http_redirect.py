"""http: paths without a slash at their end are redirected there."""
from common import *

def conversation(store):
    def serve(client, reader):
        while True:
            request = Request(reader).read(reader)
            if not request.path.endswith(b"/"):
                client.sendall(http_reply(b"301 Moved Permanently", b"moved\n", [(b"Location", request.path + b"/")], request))
            else:
                status, body = http_answer(store, request)
                client.sendall(http_reply(status, body, request=request))
            if request.closes: return
    return serve

threaded(conversation(Store()))
