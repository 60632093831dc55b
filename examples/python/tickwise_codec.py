"""Reads SeriesCodec blocks as FORMATS.md describes them. Needs Python 3.8 or newer and nothing else,
except for Brotli blocks the package `brotli`."""
import struct
import zlib

MOST_BYTES = 64 * 1024 * 1024
LARGEST_INTEGER = 2**52
KINDS = ("time", "dictionary", "decimals", "f64")
PRESET = (
    b"\x04high\x03\x03low\x03\x05close\x03\x04open\x03\x06volume\x03\x06amount\x03\x03qty\x03\x02id\x03"
    b"\x04time\x00\x09timestamp\x00\x00\x05false\x00\x04true\x00\x07BTCUSDC\x00\x07BTC-USD"
    b"\x00\x04Sell\x00\x03Buy\x00\x04sell\x00\x03buy\x00\x07ETHUSDT\x00\x07BTCUSDT"
    b"\x02ts\x00\x06symbol\x01\x04side\x01\x05price\x02\x04size\x02"
)


class CorruptBlock(ValueError):
    """The bytes are no block, or no longer one."""


def require(condition, reason):
    if not condition:
        raise CorruptBlock(reason)


def decode(block, most_bytes=MOST_BYTES):
    """The names of a block's columns, and its rows as lists of values in that order."""
    body = Reader(open_frame(block, most_bytes))
    count, width, leader = body.varint(), body.varint(), body.varint() - 1
    require(width <= 256 and count * width * 8 <= most_bytes, "more values than are allowed")
    require(leader < width, "the leading column is none")
    names, kinds = [], []
    for _ in range(width):
        names.append(body.text())
        kinds.append(body.choice(len(KINDS), "a column's kind"))
    require(len(set(names)) == width and "__proto__" not in names, "a column's name")
    require(leader < 0 or KINDS[kinds[leader]] == "dictionary", "the leading column is no dictionary")
    columns = [[] for _ in names]
    if count > 0:
        read_columns(body, kinds, leader, count, columns)
    require(body.left() == 0, "bytes behind the end")
    return names, [list(row) for row in zip(*columns)]


def open_frame(block, most_bytes):
    """The body of a block, decompressed."""
    require(len(block) >= 10 and block[:3] == b"TWC", "it does not begin with TWC")
    require(zlib.crc32(block[:-4]) == int.from_bytes(block[-4:], "little"), "the checksum differs")
    require(block[3] == 1, "version %d is unknown" % block[3])
    frame = Reader(block[:-4], 5)
    length = frame.varint()
    require(length <= most_bytes, "a body of %d bytes" % length)
    body = decompress(block[4], frame.raw(frame.left()), length)
    require(len(body) == length, "%d bytes where %d belong" % (len(body), length))
    return body


def decompress(method, packed, length):
    if method == 0:
        return packed
    if method == 1:
        inflate = zlib.decompressobj(-15, zdict=PRESET)
        try:
            # One byte more than there may be shows that there are too many.
            return inflate.decompress(packed, length + 1)
        except zlib.error as error:
            raise CorruptBlock("it cannot be decompressed") from error
    require(method == 2, "compression %d is unknown" % method)
    try:
        import brotli
    except ImportError as error:
        raise RuntimeError("this block is compressed with Brotli: pip install brotli") from error
    try:
        return brotli.decompress(packed)
    except brotli.error as error:
        raise CorruptBlock("it cannot be decompressed") from error


def read_columns(body, kinds, leader, count, columns):
    in_order = range(count)
    order, ends = in_order, [count]
    positions = [leader] if leader >= 0 else []
    positions += [position for position in range(len(kinds)) if position != leader]
    for position in positions:
        kind = KINDS[kinds[position]]
        is_plain = position == leader or kind == "time"
        if kind == "dictionary":
            entries, ids = read_dictionary(body, count)
            values = [entries[entry] for entry in ids]
        else:
            values = read_numbers(body, count, [count] if is_plain else ends)
        columns[position] = placed(values, in_order if is_plain else order)
        if position == leader and len(entries) * 4 <= count:
            order = sorted(in_order, key=ids.__getitem__)
            ends = [sum(1 for entry in ids if entry <= last) for last in range(len(entries))]


def placed(values, order):
    """Values by row, given the row of each."""
    by_row = [None] * len(values)
    for value, row in zip(values, order):
        by_row[row] = value
    return by_row


def read_dictionary(body, count):
    """The entries, and for each value the position of its entry."""
    size = body.varint()
    require(size <= count, "more entries than values")
    entries = [read_entry(body) for _ in range(size)]
    if body.choice(2, "how a dictionary column is stored") == 0:
        return entries, read_uses(body, count, size)
    runs = body.varint()
    require(runs <= count and (size > 0 or runs == 0), "runs")
    uses = [run % 2 if size == 2 else 0 for run in range(runs)] if size <= 2 else read_uses(body, runs, size)
    ids = []
    for use in uses:
        length = body.varint() + 1
        require(len(ids) + length <= count, "a run that is too long")
        ids += [use] * length
    require(len(ids) == count, "runs that are too short")
    return entries, ids


def read_entry(body):
    kind = body.choice(5, "an entry's kind")
    if kind == 0:
        return body.text()
    if kind == 1:
        length = body.varint()
        require(length % 2 == 0, "half a UTF-16 character")
        return body.raw(length).decode("utf-16-le", "surrogatepass")
    return (None, False, True)[kind - 2]


def read_uses(body, count, size):
    ids, used = [], 0
    for _ in range(count):
        use = body.varint()
        require(use <= used and (use > 0 or used < size), "an entry that there is not")
        ids.append(use - 1 if use > 0 else used)
        used += use == 0
    return ids


def read_numbers(body, count, ends):
    as_doubles = body.choice(2, "how a column of numbers is stored") == 1
    exceptions = read_exceptions(body, count)
    if as_doubles:
        kept = read_doubles(body, count - len(exceptions))
    else:
        kept = []
        start = 0
        for end in ends:
            size = sum(1 for position in range(start, end) if position not in exceptions)
            start = end
            if size > 0:
                decimals = body.choice(16, "decimals")
                kept += [integer / 10**decimals for integer in read_run(body, size)]
    rest = iter(kept)
    return [exceptions[position] if position in exceptions else next(rest) for position in range(count)]


def read_exceptions(body, count):
    """Values by position."""
    exceptions, position = {}, 0
    for _ in range(body.count(count, "exceptions")):
        position += body.varint()
        require(position < count, "an exception behind the last value")
        is_double = body.choice(2, "an exception's kind") == 1
        exceptions[position] = struct.unpack("<d", body.raw(8))[0] if is_double else None
        position += 1
    return exceptions


def read_doubles(body, count):
    planes = body.raw(count * 8)
    return [struct.unpack("<d", planes[position::count])[0] for position in range(count)]


def read_run(body, size):
    way, base = body.choice(4, "how integers are stored"), body.zigzag()
    if way == 0:
        integers = [base + body.varint() for _ in range(size)]
    else:
        integers, difference = [base], 0
        for _ in range(size - 1):
            step = body.varint() if way == 2 else body.zigzag()
            difference = difference + step if way == 3 else step
            integers.append(integers[-1] + difference)
    require(all(abs(integer) <= LARGEST_INTEGER for integer in integers), "an integer beyond 2^52")
    return integers


class Reader:
    """Takes bytes apart from front to back."""

    def __init__(self, data, offset=0):
        self.data = data
        self.offset = offset

    def left(self):
        return len(self.data) - self.offset

    def raw(self, length):
        require(length <= self.left(), "it ends too early")
        self.offset += length
        return self.data[self.offset - length : self.offset]

    def varint(self):
        value = 0
        for shift in range(0, 56, 7):
            byte = self.raw(1)[0]
            value |= (byte & 127) << shift
            if byte < 128:
                require(value <= 2**53, "a number above 2^53")
                return value
        raise CorruptBlock("a number above 2^53")

    def zigzag(self):
        value = self.varint()
        return -(value + 1) // 2 if value % 2 else value // 2

    def count(self, most, what):
        value = self.varint()
        require(value <= most, what)
        return value

    def choice(self, choices, what):
        value = self.raw(1)[0]
        require(value < choices, what)
        return value

    def text(self):
        try:
            return self.raw(self.varint()).decode("utf-8")
        except UnicodeDecodeError as error:
            raise CorruptBlock("a text is no UTF-8") from error
