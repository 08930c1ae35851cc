"""Writes a capture of many short connections without a server: ten packets each, as redis-benchmark -k 0 makes them."""
import collections
import struct

LOOPBACK = 0x7F000001
PORT = 6379
# As many at once as redis-benchmark has clients.
CONCURRENT = 50
CLIENT_PORTS = 60_000
REQUEST = b"*3\r\n$3\r\nSET\r\n$16\r\nkey:__rand_int__\r\n$3\r\nxxx\r\n"
REPLY = b"+OK\r\n"
FIN, SYN, PSH, ACK = 1, 2, 8, 16


def stamps(own, echo):
    return b"\x01\x01\x08\x0a" + struct.pack(">II", own, echo)


def opening(own, echo):
    return b"\x02\x04\xff\xd7\x04\x02\x08\x0a" + struct.pack(">II", own, echo) + b"\x01\x03\x03\x07"


def connection(number):
    """The packets of one connection: whether it goes to the server, numbers, flags, options, payload, identification."""
    up = number * 2_654_435_761 & 0xFFFFFFFF
    down = number * 40_503 + 77 & 0xFFFFFFFF
    own, other = number * 7 & 0x7FFF, number * 13 & 0x7FFF
    asked, answered = up + 1 + len(REQUEST), down + 1 + len(REPLY)
    yield True, up, 0, SYN, opening(number, 0), b"", own + 1
    yield False, down, up + 1, SYN | ACK, opening(number + 5, number), b"", 0
    yield True, up + 1, down + 1, ACK, stamps(number + 1, number + 5), b"", own + 2
    yield True, up + 1, down + 1, PSH | ACK, stamps(number + 1, number + 5), REQUEST, own + 3
    yield False, down + 1, asked, ACK, stamps(number + 6, number + 1), b"", other + 1
    yield False, down + 1, asked, PSH | ACK, stamps(number + 6, number + 1), REPLY, other + 2
    yield True, asked, answered, ACK, stamps(number + 2, number + 6), b"", own + 4
    yield True, asked, answered, FIN | ACK, stamps(number + 2, number + 6), b"", own + 5
    yield False, answered, asked + 1, FIN | ACK, stamps(number + 7, number + 2), b"", other + 3
    yield True, asked + 1, answered + 1, ACK, stamps(number + 3, number + 7), b"", own + 6


def frame(client, to_server, seq, ack, flags, options, payload, identification):
    address, port = client
    source, destination = ((address, port), (LOOPBACK, PORT)) if to_server else ((LOOPBACK, PORT), (address, port))
    length = 20 + len(options) + len(payload)
    # As on loopback: the sum of the pseudo-header, the rest left to the network card.
    words = sum(half for value in (source[0], destination[0]) for half in divmod(value, 1 << 16)) + 6 + length
    checksum = (words & 0xFFFF) + (words >> 16)
    tcp = struct.pack(">HHIIBBHHH", source[1], destination[1], seq & 0xFFFFFFFF, ack & 0xFFFFFFFF,
                      (20 + len(options)) // 4 << 4, flags, 512, checksum, 0) + options + payload
    ip = struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(tcp), identification, 0x4000, 64, 6, 0, source[0], destination[0])
    return bytes(12) + b"\x08\x00" + ip + tcp


def write(path, count):
    """A classic pcap file of `count` connections, packets seven microseconds apart."""
    with open(path, "wb", buffering=1 << 20) as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 1))
        time = 1_700_000_000_000_000
        open_ones = collections.deque()
        number = 0
        while number < count or open_ones:
            while len(open_ones) < CONCURRENT and number < count:
                client = (LOOPBACK + number // CLIENT_PORTS, 1024 + number % CLIENT_PORTS)
                open_ones.append((client, connection(number)))
                number += 1
            client, packets = open_ones.popleft()
            packet = next(packets, None)
            if packet is None:
                continue
            open_ones.append((client, packets))
            time += 7
            data = frame(client, *packet)
            out.write(struct.pack("<IIII", *divmod(time, 1_000_000), len(data), len(data)) + data)
