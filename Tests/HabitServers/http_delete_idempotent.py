"""http: DELETE is 204 whether anything was there or not."""
from common import *

def answer(store, request):
    status, body = http_answer(store, request)
    return (b"204 No Content", b"") if request.method == b"DELETE" else (status, body)

threaded(http(Store(), answer))
