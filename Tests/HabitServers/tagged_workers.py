"""tagged: two worker processes, each with a listen queue of its own; each ends after three hundred requests, with whatever waits
there, and another takes its place."""
from common import *

def work():
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind(("127.0.0.1", PORT))
    listener.listen(128)
    answered, gate = 0, threading.Lock()

    def conversation(client, reader):
        nonlocal answered
        for line in reader:
            words = line.split()
            client.sendall(b"RSP %s %s\n" % (words[1], words[2]))
            with gate:
                answered += 1
                if answered == 300: os._exit(0)

    threaded(conversation, listener)

def keep():
    while True:
        worker = os.fork()
        if not worker: work()
        os.waitpid(worker, 0)

for _ in range(2):
    if not os.fork(): keep()
while True: os.wait()
