"""Static files: one digest for the whole tree, so that modules find each other and browsers keep them for ever."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from flask import Flask
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

from helpdesk.config import Config

SOURCE = Path(__file__).parent / "static"
FOREVER_SECONDS = 31_536_000


def init_app(app: Flask) -> None:
    """Serve the files under /static/<digest>/, and give templates `static_url`."""
    config: Config = app.config["THREELINE"]
    digest = _digest()
    folder = _prepared(config.home / "static", digest)
    prefix = f"static/{digest}"
    whitenoise = WhiteNoise(app.wsgi_app, max_age=FOREVER_SECONDS, immutable_file_test=lambda *_: True)
    whitenoise.add_files(str(folder), prefix=prefix)
    app.wsgi_app = whitenoise  # type: ignore[method-assign]
    app.jinja_env.globals["static_url"] = lambda path: f"/{prefix}/{path}"


def _digest() -> str:
    whole = hashlib.sha256()
    for path in _files():
        whole.update(str(path.relative_to(SOURCE)).encode())
        whole.update(path.read_bytes())
    return whole.hexdigest()[:16]


def _files() -> list[Path]:
    return sorted(path for path in SOURCE.rglob("*") if path.is_file())


def _prepared(kept: Path, digest: str) -> Path:
    """A copy of the tree with the style sheets joined in their order and everything compressed, made once a digest."""
    folder = kept / digest
    if folder.is_dir():
        return folder
    partial = kept / f".{digest}.{id(kept)}"
    shutil.rmtree(partial, ignore_errors=True)
    shutil.copytree(SOURCE, partial)
    css = partial / "css"
    names = [line.strip() for line in (css / "manifest.txt").read_text(encoding="utf-8").splitlines()]
    joined = "\n".join((css / name).read_text(encoding="utf-8") for name in names if name and not name.startswith("#"))
    (css / "app.css").write_text(joined, encoding="utf-8")
    compressor = Compressor(quiet=True)
    for path in [p for p in partial.rglob("*") if p.is_file()]:
        if compressor.should_compress(path.name):
            list(compressor.compress(str(path)))
    try:
        partial.rename(folder)
    except OSError:  # another process was faster
        shutil.rmtree(partial, ignore_errors=True)
    return folder
