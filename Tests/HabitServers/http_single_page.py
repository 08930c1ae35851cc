"""http: every GET answers with the same page, whatever the path, and nothing can be stored."""
from common import *
PAGE = b"<!doctype html><title>app</title><script src=app.js></script>\n"

def answer(store, request):
    if request.method in (b"GET", b"HEAD"): return b"200 OK", PAGE
    return b"405 Method Not Allowed", b""

threaded(http(Store(), answer))
