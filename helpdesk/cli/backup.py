"""`backup` and `restore`: the whole desk in one .tar file.

Members: `database/…` (the SQLite file, or every table of PostgreSQL), `secret_key` where the desk keeps its own,
`attachments/ab/cd/<digest>`, and last `manifest.json` with versions, sizes and digests; an archive without it is not
whole. The database is taken first. Contents of attachments are never changed and never removed, so whatever the
database of that moment names is there to be copied after it.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import secrets
import shutil
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import ModuleType
from typing import IO, Any, cast

import click

from helpdesk import __version__, migrations
from helpdesk.cli import backup_postgresql, backup_sqlite
from helpdesk.cli.face import (
    Command,
    Exit,
    Group,
    Refused,
    answer,
    answering,
    open_input,
    the_application,
    the_desk,
)
from helpdesk.config import Config
from helpdesk.core.errors import Conflict, NotFound
from helpdesk.core.files import CHUNK, FileStore
from helpdesk.core.times import now

FORMAT = 1
MANIFEST = "manifest.json"
SECRET_KEY = "secret_key"  # noqa: S105 - the name of the file, not the key
LARGEST_MANIFEST = 10_000_000
_DATABASE_MEMBER = re.compile(r"database/([a-z0-9_]+\.(?:db|copy))")
_ATTACHMENT_MEMBER = re.compile(r"attachments/([0-9a-f]{2})/([0-9a-f]{2})/(\1\2[0-9a-f]{60})")


@click.command(cls=Command)
@click.argument("target", type=click.Path(path_type=Path))
@answering
def backup(target: Path, form: str) -> None:
    """Write the whole desk into one .tar file.

    The desk may go on working: the file holds it as it was at one moment, with database, attachments and manifest.
    TARGET is the file (an older one is replaced when the new one is complete), or a folder in which a file named by the
    time is made. Guard it like the desk itself: it holds everything. Ends with 1 if an attachment was found damaged.

    \b
    Example:
      threeline backup /var/backups/threeline
    """
    with the_desk() as config:
        written = _write(config, target)
    answer(form, written, lambda: _backup_text(written))
    sys.exit(Exit.REFUSED if written["damaged"] else Exit.OK)


@click.command(cls=Command)
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace what is in this desk by the backup.")
@answering
def restore(source: Path, force: bool, form: str) -> None:
    """Bring a desk back from a backup.

    The backup is verified first, then put in place whole or not at all, then brought up to date. The desk must not be
    running, and must be empty unless --force is given.

    \b
    Example:
      threeline restore /var/backups/threeline/threeline-20260309T020000Z.tar
    """
    with the_application() as config:
        manifest = _verified(source)
        database = _database_of(config)
        _refuse_unfit(config, manifest)
        if not force and not database.is_empty(config):
            raise Conflict("There is a desk here already. With --force the backup replaces it, for good.")
        with _workplace(config.home) as folder:
            _unpack(source, folder, FileStore(config.attachments), manifest)
            database.bring_back(config, folder, manifest.database)
            is_own_key = _bring_key_back(config, folder)
    answer(form, _restored(manifest), lambda: _restore_text(manifest, is_own_key))


@dataclass(frozen=True)
class Manifest:
    """What an archive says of itself."""

    version: str  # of the Threeline that made it
    made_at: str
    kind: str
    database: dict[str, Any]  # the revision, and what the kind of database needs
    files: dict[str, dict[str, Any]]  # member → size and sha256, without the attachments
    attachments: int
    attachment_bytes: int
    damaged: list[str] = field(default_factory=list)
    format: int = FORMAT


def _write(config: Config, target: Path) -> dict[str, Any]:
    at = now()
    if target.is_dir():
        target = target / f"threeline-{at:%Y%m%dT%H%M%SZ}.tar"
    if not target.parent.is_dir():
        raise NotFound(f"There is no folder {target.parent}.")
    partial = target.with_name(f".{target.name}.partial-{secrets.token_hex(4)}")
    database = _database_of(config)
    try:
        with (
            _workplace(target.parent) as folder,
            _new_file(partial) as file,
            tarfile.open(fileobj=file, mode="w") as tar,
        ):
            details = database.take(config, folder)
            files = {}
            for path in sorted(folder.iterdir()):
                name = f"database/{path.name}"
                files[name] = _described(_add(tar, name, path), path)
            if _is_own_key(config):
                path = config.home / SECRET_KEY
                files[SECRET_KEY] = _described(_add(tar, SECRET_KEY, path), path)
            count, size, damaged = _add_attachments(tar, config.attachments)
            manifest = Manifest(__version__, f"{at:%Y-%m-%dT%H:%M:%SZ}", database.KIND, details, files, count,
                                size, damaged)  # fmt: skip
            content = json.dumps(asdict(manifest), indent=1).encode()
            tar.addfile(_member(MANIFEST, len(content)), io.BytesIO(content))
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return {"file": str(target), "bytes": target.stat().st_size, "database": database.KIND,
            "revision": details["revision"], "attachments": count, "damaged": damaged}  # fmt: skip


def _add(tar: tarfile.TarFile, name: str, path: Path) -> str:
    """Add a file; the SHA-256 of what was added."""
    with path.open("rb") as file:
        reader = _Hashed(file)
        tar.addfile(_member(name, path.stat().st_size), cast("IO[bytes]", reader))
    _forget_members(tar)
    return reader.digest.hexdigest()


def _add_attachments(tar: tarfile.TarFile, folder: Path) -> tuple[int, int, list[str]]:
    """Their number, their bytes, and the digests of those whose content is not what it was."""
    count, size, damaged = 0, 0, []
    for shelf in sorted(folder.glob("??/??")):
        for path in sorted(shelf.iterdir()):
            if _add(tar, f"attachments/{shelf.parent.name}/{shelf.name}/{path.name}", path) != path.name:
                damaged.append(path.name)
            count += 1
            size += path.stat().st_size
    return count, size, damaged


class _Hashed:
    """A file that is hashed while it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        self.digest.update(block)
        return block


def _forget_members(tar: tarfile.TarFile) -> None:
    """An archive remembers every member that it has seen, a million attachments among them."""
    cast("Any", tar).members.clear()


def _member(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, 0o600, int(now().timestamp())
    return info


def _described(digest: str, path: Path) -> dict[str, Any]:
    return {"size": path.stat().st_size, "sha256": digest}


def _verified(source: Path) -> Manifest:
    """The manifest of an archive of which every byte is as it was written."""
    seen: dict[str, dict[str, Any]] = {}
    count = size = 0
    wrong: set[str] = set()
    content = b""
    with _opened(source) as tar:
        for info, file in _members(tar):
            if info.name == MANIFEST:
                content = file.read(LARGEST_MANIFEST)
                continue
            digest = _digest_of(file)
            if found := _ATTACHMENT_MEMBER.fullmatch(info.name):
                count, size = count + 1, size + info.size
                if digest != found[3]:
                    wrong.add(found[3])
            else:
                seen[info.name] = {"size": info.size, "sha256": digest}
    manifest = _read_manifest(content)
    complete = (manifest.files, manifest.attachments, manifest.attachment_bytes) == (seen, count, size)
    if not complete or not wrong <= set(manifest.damaged):
        raise Refused(f"{source} is damaged: its content is not what its manifest says. Nothing was changed.",
                      Exit.BAD_DATA)  # fmt: skip
    return manifest


def _read_manifest(content: bytes) -> Manifest:
    if not content:
        raise Refused("This backup is not whole: it has no manifest. Nothing was changed.", Exit.BAD_DATA)
    try:
        said = json.loads(content)
        if said["format"] != FORMAT:
            raise Refused(f"This backup has format {said['format']}, this version reads {FORMAT}.", Exit.BAD_DATA)
        return Manifest(**said)
    except (ValueError, TypeError, KeyError) as error:
        raise Refused(f"The manifest of this backup cannot be read: {error}.", Exit.BAD_DATA) from error


def _refuse_unfit(config: Config, manifest: Manifest) -> None:
    kind = _database_of(config).KIND
    if manifest.kind != kind:
        raise Refused(f"This backup holds a {manifest.kind} database, and this desk is set up for {kind}.",
                      Exit.MISCONFIGURED)  # fmt: skip
    known = {script.revision for script in migrations.scripts().walk_revisions()}
    if manifest.database["revision"] not in known:
        raise Refused(f"This backup was made by a newer Threeline ({manifest.version}): install that one.",
                      Exit.MISCONFIGURED)  # fmt: skip


def _unpack(source: Path, folder: Path, store: FileStore, manifest: Manifest) -> None:
    """Attachments into the store, where they hurt nobody as yet; the rest into the folder."""
    with _opened(source) as tar:
        for info, file in _members(tar):
            if found := _ATTACHMENT_MEMBER.fullmatch(info.name):
                if found[3] not in manifest.damaged:
                    store.put(file, limit=info.size)
            elif info.name != MANIFEST:
                with (folder / info.name.rpartition("/")[2]).open("xb") as target:
                    shutil.copyfileobj(file, target, CHUNK)


def _members(tar: tarfile.TarFile) -> Iterator[tuple[tarfile.TarInfo, Any]]:
    """The members with their content; an archive with anything that we do not write is refused."""
    while (info := tar.next()) is not None:
        known = info.name in (MANIFEST, SECRET_KEY) or _DATABASE_MEMBER.fullmatch(info.name)
        content = tar.extractfile(info) if info.isreg() else None
        if content is None or not (known or _ATTACHMENT_MEMBER.fullmatch(info.name)):
            raise Refused(f"This is no backup of ours: it holds {info.name}.", Exit.BAD_DATA)
        yield info, content
        _forget_members(tar)


@contextmanager
def _opened(source: Path) -> Iterator[tarfile.TarFile]:
    with open_input(str(source)) as file:
        try:
            with tarfile.open(fileobj=file, mode="r:") as tar:
                yield tar
        except tarfile.TarError as error:
            raise Refused(f"{source} is no backup, or a damaged one: {error}.", Exit.BAD_DATA) from error


def _is_own_key(config: Config) -> bool:
    """Whether the desk signs with the key in its home folder, and not with one from its settings."""
    file = config.home / SECRET_KEY
    return file.exists() and file.read_text(encoding="ascii").strip() == config.secret_key


def _bring_key_back(config: Config, folder: Path) -> bool:
    """Put the key in place, so that links and answers to letters go on working; False where settings name another."""
    kept = folder / SECRET_KEY
    if not kept.exists() or not _is_own_key(config):
        return False
    kept.chmod(0o600)
    kept.replace(config.home / SECRET_KEY)
    return True


def _digest_of(file: Any) -> str:
    digest = hashlib.sha256()
    while block := file.read(CHUNK):
        digest.update(block)
    return digest.hexdigest()


@contextmanager
def _new_file(path: Path) -> Iterator[IO[bytes]]:
    """A new file that only we can read; on disk when the block ends."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _workplace(parent: Path) -> Iterator[Path]:
    """A folder of our own for a while, on the same disk as the result."""
    folder = parent / f".threeline-{secrets.token_hex(6)}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _database_of(config: Config) -> ModuleType:
    return backup_sqlite if config.is_sqlite else backup_postgresql


def _restored(manifest: Manifest) -> dict[str, Any]:
    return {"made_at": manifest.made_at, "made_by": manifest.version, "database": manifest.kind,
            "revision": migrations.head(), "attachments": manifest.attachments,
            "damaged": manifest.damaged}  # fmt: skip


def _backup_text(written: dict[str, Any]) -> str:
    lines = [f"{written['file']}: {written['bytes'] / 1e6:.1f} MB, {written['attachments']} attachments"]
    lines += [f"WRONG  the content {digest} is not what it was when it was stored" for digest in written["damaged"]]
    return "\n".join(lines)


def _restore_text(manifest: Manifest, is_own_key: bool) -> str:
    lines = [f"Restored the desk of {manifest.made_at} with {manifest.attachments} attachments."]
    if not is_own_key:
        lines.append("The signing key is that of the settings. Links in earlier letters, and answers to them, work "
                     "only if it is the key of the desk that was backed up.")  # fmt: skip
    return "\n".join(lines)


COMMANDS: tuple[Command | Group, ...] = (backup, restore)
