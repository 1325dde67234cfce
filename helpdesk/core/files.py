"""Attachment storage by digest: a file is written once, under the SHA-256 of its content, and never changed."""

from __future__ import annotations

import hashlib
import os
import secrets
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

import puremagic

CHUNK = 1 << 20
# Shown in the browser; everything else is offered for download only.
SHOWN_INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain"})
LONGEST_NAME = 150


class TooLarge(Exception):
    """The content is larger than allowed; nothing is kept of it."""


@dataclass(frozen=True)
class StoredFile:
    """What is known of a stored content: its digest, its size in bytes, its media type judged by content."""

    digest: str
    size: int
    media_type: str


class FileStore:
    """A folder of contents, two levels deep by the first digits of their digests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, source: IO[bytes], *, limit: int, declared_type: str = "") -> StoredFile:
        """Store the content; on disk before this returns. Raises TooLarge beyond `limit` bytes."""
        self.folder.mkdir(parents=True, exist_ok=True)
        partial = self.folder / f".partial-{secrets.token_hex(8)}"
        digest, size, head = hashlib.sha256(), 0, b""
        try:
            with partial.open("xb") as file:
                while chunk := source.read(CHUNK):
                    head = head or chunk[:4096]
                    size += len(chunk)
                    if size > limit:
                        raise TooLarge
                    digest.update(chunk)
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            target = self._path(digest.hexdigest())
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.exists():
                partial.unlink()
            else:
                partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
        return StoredFile(digest.hexdigest(), size, media_type_of(head, declared_type))

    def open(self, digest: str) -> BinaryIO:
        """The content as a stream; FileNotFoundError when it is not there."""
        return self._path(digest).open("rb")

    def path(self, digest: str) -> Path:
        """Where the content lies."""
        return self._path(digest)

    def digests(self) -> Iterator[str]:
        """Every content that is kept."""
        for path in sorted(self.folder.glob("??/??/*")):
            yield path.name

    def _path(self, digest: str) -> Path:
        if len(digest) != 64 or any(c not in "0123456789abcdef" for c in digest):
            raise FileNotFoundError(digest)
        return self.folder / digest[:2] / digest[2:4] / digest


def media_type_of(head: bytes, declared: str = "") -> str:
    """The media type by content; the declared one counts only where content says nothing and it is harmless text."""
    try:
        found = puremagic.from_string(head, mime=True) if head else ""
    except (puremagic.PureError, ValueError):
        found = ""
    if found:
        return str(found)
    try:
        text = head.decode("utf-8", errors="strict" if len(head) < 4096 else "ignore")
    except UnicodeDecodeError:
        return "application/octet-stream"
    if "\0" in text:
        return "application/octet-stream"
    return declared if declared in ("text/csv", "text/calendar", "message/rfc822") else "text/plain"


def safe_filename(name: str) -> str:
    """A file name to show and to offer: no path, no control or direction-changing characters, not too long."""
    name = name.replace("\\", "/").rpartition("/")[2]
    name = "".join(c for c in name if unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp"))
    name = name.strip(" .") or "attachment"
    stem, dot, extension = name.rpartition(".")
    if dot and len(extension) <= 20:
        return stem[: LONGEST_NAME - len(extension) - 1] + dot + extension
    return name[:LONGEST_NAME]
