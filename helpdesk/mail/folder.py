"""Reading the mail folder: the letters that were sent while no mail server was set up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path


@dataclass(frozen=True)
class FolderLetter:
    """A letter as it lies in the folder."""

    name: str
    subject: str
    to: str
    sent_at: datetime
    text: str
    html: str
    heads: tuple[tuple[str, str], ...]


def letters_in_folder(folder: Path, limit: int = 200) -> list[FolderLetter]:
    """The letters, latest first."""
    paths = sorted(folder.glob("*.eml"), key=lambda p: (p.stat().st_mtime, p.name), reverse=True)[:limit]
    return [_read(path) for path in paths]


def letter_in_folder(folder: Path, name: str) -> FolderLetter | None:
    """One letter by the name of its file; None for anything that is no letter of this folder."""
    path = folder / name
    if path.parent != folder or path.suffix != ".eml" or not path.is_file():
        return None
    return _read(path)


def _read(path: Path) -> FolderLetter:
    mime = message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(mime, EmailMessage)
    text, html = mime.get_body(("plain",)), mime.get_body(("html",))
    return FolderLetter(
        name=path.name, subject=str(mime["Subject"]), to=str(mime["To"]),
        sent_at=datetime.fromtimestamp(path.stat().st_mtime, UTC),
        text=text.get_content() if text else "", html=html.get_content() if html else "",
        heads=tuple((k, str(v)) for k, v in mime.items() if k not in ("Content-Type", "MIME-Version")),
    )  # fmt: skip
