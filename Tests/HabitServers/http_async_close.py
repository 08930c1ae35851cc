"""http: takes a client that says it will send no more for gone."""
import asyncio, io
from common import *
store = Store()

async def serve(reader, writer):
    buffer = b""
    while True:
        try: head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError): break
        request = Request(io.BytesIO(head))
        try: request.body = await reader.readexactly(request.length)
        except (asyncio.IncompleteReadError, ConnectionError): break
        await asyncio.sleep(0.001)
        if reader.at_eof(): break
        if RACY and request.method == b"PUT":
            store.pending = request.body
            await asyncio.sleep(0)
            store.values[request.path] = store.pending
            status, body = b"204 No Content", b""
        else: status, body = http_answer(store, request)
        if reader.at_eof(): break
        writer.write(http_reply(status, body, request=request))
        if request.closes: break
    writer.transport.abort() if reader.at_eof() else writer.close()

async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", PORT, backlog=128)
    await server.serve_forever()

asyncio.run(main())
