"""Prints a checksum of what each file of a folder holds: python3 checksums.py <folder>

`npm run example -- formats <folder>` prints the same lines of the same files."""
import os
import struct
import sys
import zlib

import tickwise_codec
import tickwise_journal
import tickwise_recording


def block_checksum(path):
    with open(path, "rb") as file:
        names, rows = tickwise_codec.decode(file.read())
    checksum = zlib.crc32(b"".join(value_bytes(name) for name in names))
    for row in rows:
        checksum = zlib.crc32(b"".join(map(value_bytes, row)), checksum)
    return "%d rows %08x" % (len(rows), checksum)


def value_bytes(value):
    """Bytes that differ for any two values that differ."""
    if value is None:
        return b"0"
    if value is True or value is False:
        return b"t" if value else b"f"
    if isinstance(value, str):
        text = value.encode("utf-16-le", "surrogatepass")
        return b"s" + struct.pack("<I", len(text)) + text
    # There is only one NaN in JavaScript, and its bits are up to the engine.
    return b"n" + (b"nan" if value != value else struct.pack("<d", value))


def recording_checksum(path):
    count, checksum = 0, 0
    for frame in tickwise_recording.frames(path):
        head = struct.pack("<d", frame.t) + frame.dir.encode()
        checksum = zlib.crc32(head + frame.text, checksum)
        count += 1
    return "%d frames %08x" % (count, checksum)


def journal_checksum(path):
    count, checksum = 0, 0
    for row in tickwise_journal.rows(path):
        checksum = zlib.crc32(row.id.encode() + row.payload, checksum)
        count += 1
    return "%d unsettled rows %08x" % (count, checksum)


def main(folder):
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if name.endswith(".twc"):
            print(name, block_checksum(path))
        elif name.endswith((".ndjson", ".ndjson.gz")):
            print(name, recording_checksum(path))
        elif os.path.isdir(path) and any(entry.endswith(".journal") for entry in os.listdir(path)):
            print(name, journal_checksum(path))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python3 checksums.py <folder>")
    main(sys.argv[1])
