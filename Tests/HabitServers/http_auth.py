"""http: everything wants a password."""
from common import *

def answer(store, request):
    return http_answer(store, request) if b"authorization" in request.fields else (b"401 Unauthorized", b"who are you?\n")

threaded(http(Store(), answer))
