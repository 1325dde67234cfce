"""Settings from the environment: one typed field each, refused with a sentence when wrong.

Every variable `THREELINE_NAME` may also be given as `THREELINE_NAME_FILE`, the path of a file that holds the value.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "THREELINE_"


class Misconfigured(Exception):
    """A setting is wrong; the message says which one and what to do."""


def setting(default: Any, parse: Callable[[str], Any], meaning: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"parse": parse, "meaning": meaning, "secret": secret})


def _integer(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        number = int(text)
        if not low <= number <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return number

    parse.__doc__ = f"a whole number from {low} to {high}"
    return parse


def _boolean(text: str) -> bool:
    """1 or 0"""
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    return words[text.strip().lower()]


def _choice(*choices: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError(text)
        return text

    parse.__doc__ = "one of: " + ", ".join(choices)
    return parse


def _text(text: str) -> str:
    """a text that is not empty"""
    if not text.strip():
        raise ValueError(text)
    return text.strip()


def _folder(text: str) -> Path:
    """the path of a folder"""
    return Path(_text(text)).expanduser().resolve()


def _database_url(text: str) -> str:
    """a database URL: sqlite:////absolute/file.db or postgresql+psycopg://user:password@host/name"""
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise ValueError(text) from error
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "postgresql+psycopg"):
        raise ValueError(text)
    return url.render_as_string(hide_password=False)


def _web_address(text: str) -> str:
    """an address such as https://help.example.com, without a path"""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path not in ("", "/"):
        raise ValueError(text)
    return f"{parts.scheme}://{parts.netloc}"


def _mail_address(text: str) -> str:
    """a mail address such as help@example.com"""
    local, at, domain = text.strip().rpartition("@")
    if not (local and at and domain) or any(c in text for c in " \r\n<>,;"):
        raise ValueError(text)
    return text.strip()


@dataclass(frozen=True)
class Config:
    """How this installation runs. What people decide while it runs is kept in the database instead."""

    home: Path = setting(Path("var"), _folder, "Folder of the database, the attachments and the mail folder.")
    database_url: str = setting(
        "", _database_url, "Database; by default the SQLite file `threeline.db` in the home folder.", secret=True
    )
    secret_key: str = setting(
        "", _text, "Key that signs cookies and links; by default made once and kept in the home folder.", secret=True
    )
    base_url: str = setting("", _web_address, "Address under which people reach the desk; stands in letters.")
    bind: str = setting("127.0.0.1", _text, "Network address to listen on; 0.0.0.0 for every one.")
    port: int = setting(8000, _integer(1, 65535), "Port to listen on.")
    web_workers: int = setting(1, _integer(1, 64), "Processes that answer requests.")
    web_threads: int = setting(4, _integer(1, 128), "Threads in each of them.")
    trusted_proxies: int = setting(0, _integer(0, 5), "How many reverse proxies in front set X-Forwarded-* headers.")
    mail_transport: str = setting("folder", _choice("folder", "smtp"), "Where letters go: a folder, or SMTP.")
    mail_from: str = setting("desk@threeline.example", _mail_address, "Sender and reply address of letters.")
    mail_from_name: str = setting("Service desk", _text, "Name beside the sender address.")
    smtp_host: str = setting("127.0.0.1", _text, "SMTP server.")
    smtp_port: int = setting(25, _integer(1, 65535), "Its port.")
    smtp_security: str = setting("none", _choice("none", "starttls", "tls"), "Encryption towards the SMTP server.")
    smtp_user: str = setting("", _text, "User name at the SMTP server, where it asks for one.")
    smtp_password: str = setting("", _text, "Password at the SMTP server.", secret=True)
    max_attachment_mb: int = setting(25, _integer(1, 1000), "Largest attachment, in megabytes.")
    max_ticket_mb: int = setting(100, _integer(1, 10_000), "Most attachments of one ticket together, in megabytes.")
    webhooks_to_private: bool = setting(
        False, _boolean, "Webhooks may reach into private networks: for a tracker beside the desk."
    )
    log_format: str = setting("text", _choice("text", "json"), "How log lines are written.")
    log_level: str = setting("info", _choice("debug", "info", "warning", "error"), "From which level on.")
    dev: bool = setting(
        False, _boolean, "Development pages (letters, components, sign in as); only while bound to this machine alone."
    )

    @property
    def attachments(self) -> Path:
        return self.home / "attachments"

    @property
    def mail_folder(self) -> Path:
        return self.home / "mail"

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def sqlite_file(self) -> Path:
        return Path(make_url(self.database_url).database or "")

    @property
    def is_loopback(self) -> bool:
        return self.bind == "localhost" or ip_address(self.bind).is_loopback

    @property
    def mail_domain(self) -> str:
        return self.mail_from.rpartition("@")[2]


def load_config(environ: Mapping[str, str] | None = None, **overrides: Any) -> Config:
    """Read every setting; raise Misconfigured for the first wrong or unknown one."""
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    for each in fields(Config):
        text = _given(environ, PREFIX + each.name.upper())
        if text is not None and text != "":
            values[each.name] = _parse(PREFIX + each.name.upper(), text, each.metadata["parse"])
    _refuse_unknown(environ)
    values.update(overrides)
    return _complete(Config(**values))


def describe(config: Config) -> list[tuple[str, str, str, str]]:
    """(variable, value without secrets, default, meaning) of every setting."""
    rows = []
    for each in fields(Config):
        value = getattr(config, each.name)
        shown = "(set)" if each.metadata["secret"] and value else str(value)
        rows.append((PREFIX + each.name.upper(), shown, str(each.default), str(each.metadata["meaning"])))
    return rows


def _given(environ: Mapping[str, str], name: str) -> str | None:
    if name + "_FILE" in environ:
        path = Path(environ[name + "_FILE"])
        try:
            return path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise Misconfigured(f"{name}_FILE names {path}, which cannot be read: {error.strerror}.") from error
    return environ.get(name)


def _parse(name: str, text: str, parse: Callable[[str], Any]) -> Any:
    try:
        return parse(text)
    except (ValueError, KeyError) as error:
        raise Misconfigured(f"{name} is {text!r}, but must be {parse.__doc__}.") from error


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = {PREFIX + each.name.upper() for each in fields(Config)}
    for name in sorted(environ):
        if name.startswith(PREFIX) and not name.startswith((PREFIX + "TEST_", PREFIX + "BENCH_")):
            plain = name.removesuffix("_FILE")
            if plain not in known:
                raise Misconfigured(f"{name} is not a setting of Threeline; `threeline doctor` lists them.")


def _complete(config: Config) -> Config:
    values: dict[str, Any] = {each.name: getattr(config, each.name) for each in fields(Config)}
    values["home"] = home = Path(config.home).expanduser().resolve()
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Misconfigured(f"THREELINE_HOME is {home}, which cannot be made: {error.strerror}.") from error
    try:
        Config(**values).is_loopback  # noqa: B018 - asked only for its refusal
    except ValueError as error:
        raise Misconfigured(f"THREELINE_BIND is {config.bind!r}, but must be a network address.") from error
    values["database_url"] = config.database_url or f"sqlite:///{home / 'threeline.db'}"
    values["secret_key"] = config.secret_key or _kept_secret(home / "secret_key")
    if not config.base_url:
        host = "127.0.0.1" if config.bind in ("0.0.0.0", "::") else config.bind  # noqa: S104 - a comparison
        values["base_url"] = f"http://{host}:{config.port}"
    return Config(**values)


def _kept_secret(path: Path) -> str:
    """The key in this file, made on first use; two processes starting at once end with the same one."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip() or _kept_secret_broken(path)
    except OSError as error:
        raise Misconfigured(f"{path} cannot be written: {error.strerror}. Set THREELINE_SECRET_KEY.") from error
    key = secrets.token_urlsafe(48)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key)
    return key


def _kept_secret_broken(path: Path) -> str:
    raise Misconfigured(f"{path} is empty. Delete it to have a new key made; everybody then signs in again.")
