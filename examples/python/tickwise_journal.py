"""Reads the journal of a BatchWriter as FORMATS.md describes it. Needs Python 3.8 or newer and nothing else."""
import os
import re
import struct
import zlib
from typing import Iterator, NamedTuple

SEGMENT = re.compile(r"^(\d{8,})-(\d{6,})\.journal$")
SEGMENT_HEADER = 64
RECORD_HEADER = 20
MARKER = bytes.fromhex("5cd1774a")


class UnknownVersion(ValueError):
    """A file of another version, or one that is no journal."""


class Row(NamedTuple):
    """A row that the sink may not have."""

    id: str
    # As it was encoded: by default readable with `plain_row`.
    payload: bytes


def rows(directory) -> Iterator[Row]:
    """The rows of a directory that no entry of the ledger speaks of, in the order in which they were accepted."""
    settled = read_ledger(os.path.join(directory, "ledger"))
    last_run, last = None, 0
    for name in sorted(filter(SEGMENT.match, os.listdir(directory)), key=segment_order):
        with open(os.path.join(directory, name), "rb") as file:
            data = file.read()
        if len(data) < SEGMENT_HEADER:
            continue
        run, run_name = read_header(data, name)
        if run != last_run:
            last_run, last = run, 0
        ranges = settled.get(run, [])
        for sequence, payload in records(data, zlib.crc32(run_name)):
            # A group whose writing failed half-way was written again.
            if sequence <= last:
                continue
            last = sequence
            if not any(first <= sequence <= end for first, end in ranges):
                yield Row("%s-%d" % (run_name.hex(), sequence), payload)


def segment_order(name):
    return tuple(map(int, SEGMENT.match(name).groups()))


def read_header(data, name):
    """The number of the run and its name."""
    magic, version, _, run, run_name = struct.unpack_from("<8sHHI10s", data)
    checksum = struct.unpack_from("<I", data, 60)[0]
    if magic != b"TWJOURNL" or checksum != zlib.crc32(data[:60]):
        raise UnknownVersion("%s is no journal segment, or its header is damaged" % name)
    if version != 1:
        raise UnknownVersion("%s has version %d" % (name, version))
    return run, run_name


def records(data, seed):
    """Whole records; behind damage it goes on at the next one."""
    at = SEGMENT_HEADER
    while at != -1 and at < len(data):
        record = record_at(data, at, seed)
        if record is None:
            at = data.find(MARKER, at + 1)
            continue
        sequence, payload = record
        yield sequence, payload
        at += RECORD_HEADER + len(payload)


def record_at(data, at, seed):
    if at + RECORD_HEADER > len(data) or data[at : at + 4] != MARKER:
        return None
    checksum, length, sequence = struct.unpack_from("<IIQ", data, at + 4)
    end = at + RECORD_HEADER + length
    if end > len(data) or zlib.crc32(data[at + 8 : end], seed) != checksum:
        return None
    return sequence, data[at + RECORD_HEADER : end]


def read_ledger(path):
    """Ranges of settled rows by run."""
    settled = {}
    if not os.path.exists(path):
        return settled
    with open(path, "rb") as file:
        data = file.read()
    if len(data) < 16 or data[:8] != b"TWLEDGER":
        return settled
    if struct.unpack_from("<H", data, 8)[0] != 1:
        raise UnknownVersion("the ledger has another version")
    for at in range(16, len(data) - 23, 24):
        checksum, run, first, last = struct.unpack_from("<IIdd", data, at)
        if checksum == zlib.crc32(data[at + 4 : at + 24]):
            settled.setdefault(run, []).append((first, last))
    return settled


def plain_row(payload):
    """A row in the form of `v8.serialize`, of objects, lists, numbers, texts, true, false, null and undefined."""
    if payload[:1] != b"\xff":
        raise ValueError("not in the form of v8.serialize")
    return Values(payload, 2).value()


class Values:
    def __init__(self, data, at):
        self.data = data
        self.at = at

    def tag(self):
        tag = self.data[self.at : self.at + 1]
        self.at += 1
        # Padding in front of texts of two bytes per character.
        return self.tag() if tag == b"\0" else tag

    def varint(self):
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7

    def raw(self, length):
        self.at += length
        return self.data[self.at - length : self.at]

    def value(self):
        return self.value_of(self.tag())

    def value_of(self, tag):
        if tag == b"I":
            value = self.varint()
            return -(value + 1) // 2 if value % 2 else value // 2
        if tag == b"U":
            return self.varint()
        if tag == b"N":
            return struct.unpack("<d", self.raw(8))[0]
        if tag == b'"':
            return self.raw(self.varint()).decode("latin-1")
        if tag == b"c":
            return self.raw(self.varint()).decode("utf-16-le", "surrogatepass")
        if tag == b"o":
            return self.fields()
        if tag == b"A":
            return self.items()
        if tag in (b"T", b"F"):
            return tag == b"T"
        if tag in (b"0", b"_"):
            return None
        raise ValueError("a value of kind %r" % tag)

    def fields(self):
        found = {}
        while True:
            tag = self.tag()
            if tag == b"{":
                self.varint()
                return found
            name = str(self.value_of(tag))
            found[name] = self.value()

    def items(self):
        found = [self.value() for _ in range(self.varint())]
        if self.tag() != b"$":
            raise ValueError("a list with holes or fields")
        self.varint()
        self.varint()
        return found
