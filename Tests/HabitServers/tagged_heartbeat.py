"""tagged: a line that nobody asked for now and then, to show that it lives."""
import time
from common import *
store = Store()

def conversation(client, reader):
    lock = threading.Lock()
    def beat():
        with contextlib.suppress(OSError):
            while True:
                time.sleep(0.02)
                with lock: client.sendall(b"* alive\n")
    threading.Thread(target=beat, daemon=True).start()
    for line in reader:
        words = store.passed(line).split()
        with lock: client.sendall(b"RSP %s %s\n" % (words[1], words[2]))

threaded(conversation)
