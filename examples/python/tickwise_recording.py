"""Reads recordings as FORMATS.md describes them. Needs Python 3.8 or newer and nothing else."""
import gzip
import json
from typing import Iterator, NamedTuple

MARK = b'"msg":'


class Frame(NamedTuple):
    """A line of a recording."""

    t: float
    dir: str
    # The frame as it was on the wire; for `open` the address.
    text: bytes


def frames(path) -> Iterator[Frame]:
    """The frames of a recording in order of arrival. Lines that are none are left out."""
    with open(path, "rb") as file:
        is_packed = file.read(2) == b"\x1f\x8b"
    with (gzip.open if is_packed else open)(path, "rb") as lines:
        for line in lines:
            frame = to_frame(line.rstrip())
            if frame is not None:
                yield frame


def to_frame(line):
    try:
        fields = json.loads(line)
    except ValueError:
        return None
    if not isinstance(fields, dict) or not isinstance(fields.get("t"), (int, float)):
        return None
    if fields.get("dir") == "open" and isinstance(fields.get("url"), str):
        return Frame(fields["t"], "open", fields["url"].encode())
    if fields.get("dir") in ("in", "out") and MARK in line:
        return Frame(fields["t"], fields["dir"], line[line.index(MARK) + len(MARK) : -1])
    return None
