"""resp: a process for each connection, for which the server waits when the next one comes; values are in a file."""
import fcntl, pickle, tempfile
from common import *
kept = tempfile.NamedTemporaryFile()
kept.write(pickle.dumps({}))
kept.flush()

def step(change):
    with open(kept.name, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        values = pickle.loads(file.read())
        result = change(values)
        file.seek(0)
        file.write(pickle.dumps(values))
        file.truncate()
        file.flush()
        return result

def conversation(client, reader):
    while words := resp_words(reader):
        if words[0].upper() == b"GET": reply = bulk(step(lambda values: values.get(words[1])))
        elif words[0].upper() == b"SET" and len(words) == 3:
            step(lambda values: values.update({words[1]: words[2]}))
            reply = b"+OK\r\n"
        else: reply = b"-ERR unknown command '%s'\r\n" % words[0]
        client.sendall(reply)

listener = listen()
while True:
    client = accept(listener)
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]: pass
    if os.fork(): client.close()
    else:
        listener.close()
        talk(client, conversation)
        os._exit(0)
