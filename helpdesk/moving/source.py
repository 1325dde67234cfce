"""An event log as a stream: plain, gzip or xz by its first bytes, CSV or XES as the mapping says."""

from __future__ import annotations

import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from helpdesk.moving.csv_log import read_csv
from helpdesk.moving.mapping import Column, EventMapping, Layout
from helpdesk.moving.rows import SetAside, SourceRow, unreadable
from helpdesk.moving.xes_log import read_xes

Reader = Callable[[BinaryIO, Layout, tuple[Column, ...]], Iterator[SourceRow | SetAside]]

READERS: dict[str, Reader] = {"csv": read_csv, "xes": read_xes}
# RFC 1952 section 2.3.1; the .xz file format, section 2.1.1.1
OPENERS: dict[bytes, Callable[[BinaryIO], BinaryIO]] = {
    b"\x1f\x8b": lambda file: cast(BinaryIO, gzip.GzipFile(fileobj=file)),
    b"\xfd7zXZ\x00": lambda file: cast(BinaryIO, lzma.LZMAFile(file)),  # noqa: SIM115 - the file below is closed
}
STEP = 500  # rows between two words on progress


def read_events(
    path: Path, mapping: EventMapping, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> Iterator[SourceRow | SetAside]:
    """Every row of the log in the order of the file; memory stays flat.

    `progress` hears how many bytes of how many are read. Raises Invalid when the file is missing, damaged or lacks a
    column that the mapping names.
    """
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            stream = opened(file)
            for count, row in enumerate(READERS[mapping.layout.format](stream, mapping.layout, mapping.columns)):
                if count % STEP == 0:
                    progress(file.tell(), size)
                yield row
            progress(size, size)
    except (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile) as error:
        raise unreadable(f"{path} is damaged or cut short: {error}.") from error
    except OSError as error:
        raise unreadable(f"{path} cannot be read: {error.strerror or error}.") from error


def opened(file: BinaryIO) -> BinaryIO:
    """The content of a file that may be compressed."""
    longest = max(map(len, OPENERS))
    head = file.read(longest)
    file.seek(0)
    for magic, opener in OPENERS.items():
        if head.startswith(magic):
            return cast(BinaryIO, io.BufferedReader(cast(io.RawIOBase, opener(file)), 1 << 16))
    return file
