"""resp: one thread that never sleeps: it asks all sockets again and again."""
import io, select
from common import *
store, buffers, outgoing, writes = Store(), {}, {}, []
listener = listen()
listener.setblocking(False)

def whole(buffer):
    """The first command and what follows; nil where it has not come whole."""
    try:
        reader = io.BytesIO(buffer)
        head = reader.readline()
        if not head.endswith(b"\n"): return None
        if not head.startswith(b"*"): return head.split(), buffer[reader.tell():]
        words = []
        for _ in range(int(head[1:])):
            line = reader.readline()
            if not line.endswith(b"\n"): return None
            length = int(line[1:])
            word = reader.read(length + 2)
            if len(word) < length + 2: return None
            words.append(word[:-2])
        return words, buffer[reader.tell():]
    except ValueError: return None

while True:
    ready, writable, _ = select.select([listener, *buffers], [one for one in buffers if outgoing[one]], [], 0)
    for one in writable:
        try: outgoing[one] = outgoing[one][one.send(outgoing[one]):]
        except OSError: outgoing[one] = b""
    for one in ready:
        if one is listener:
            client, _ = listener.accept()
            client.setblocking(False)
            buffers[client] = outgoing[client] = b""
            continue
        try: data = one.recv(65536)
        except OSError: data = b""
        if not data:
            if outgoing[one]: continue
            del buffers[one], outgoing[one]
            one.close()
            continue
        buffers[one] += data
        while (parts := whole(buffers[one])) is not None:
            words, buffers[one] = parts
            if words and RACY and words[0].upper() == b"INCR":
                # The step is done in two turns of the loop.
                number = int(store.values.get(words[1], b"0")) + 1
                writes.append((words[1], number))
                reply = b":%d\r\n" % number
            else: reply = resp_reply(store, words) if words else b""
            outgoing[one] += reply
    if not ready:
        for key, number in writes: store.values[key] = b"%d" % number
        writes.clear()
