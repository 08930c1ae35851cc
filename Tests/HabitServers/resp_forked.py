"""resp: a process for each connection; values lie in a file that a lock guards."""
import fcntl, pickle, signal, tempfile
from common import *
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
folder = tempfile.mkdtemp()
lock = os.path.join(folder, "lock")
data = os.path.join(folder, "data")

class Shared(Store):
    def step(self, words):
        with open(lock, "w") as guard:
            if not RACY: fcntl.flock(guard, fcntl.LOCK_EX)
            try:
                with open(data, "rb") as file: self.values = pickle.load(file)
            except (OSError, EOFError, pickle.UnpicklingError): self.values = {}
            reply = resp_reply(self, words)
            aside = "%s.%d" % (data, os.getpid())
            with open(aside, "wb") as file: pickle.dump(self.values, file)
            os.rename(aside, data)
            return reply

store, listener = Shared(), listen()

def conversation(client, reader):
    while True: client.sendall(store.step(resp_words(reader)))

while True:
    client = accept(listener)
    if os.fork() == 0:
        listener.close()
        talk(client, conversation)
        os._exit(0)
    client.close()
