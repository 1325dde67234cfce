"""Pictures of the demo desk: pages × sizes × light and dark × languages, to be looked at before a commit.

    python deploy/screenshots.py [FOLDER] [--readme]

Starts a desk of its own on a free port with the demo data; `--readme` takes the few pictures of docs/images instead.
"""

from __future__ import annotations

import argparse
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.servers import browser  # noqa: E402 - the checkout is on the path only now

PAGES = {
    "signin": ("", "/sign-in"), "queue": ("operator", "/console/tickets"),
    "all": ("operator", "/console/tickets?view=all"),
    "ticket": ("operator", "first"), "call": ("operator", "/console/calls/new"),
    "portal": ("contact", "/portal/"), "request": ("contact", "first"), "new": ("contact", "/portal/tickets/new"),
    "overview": ("manager", "/manager/overview"), "rules": ("administrator", "/console/routing-rules"),
    "people": ("administrator", "/console/people"), "letters": ("", "/dev/letters"),
    "components": ("", "/dev/components"),
}  # fmt: skip
# Who shows most in each role: the first line in English, a client who sees the requests of colleagues.
WHO = {"operator": "Kamil Wrona", "contact": "Bartosz Wilczak", "manager": "Robert Halewood",
       "administrator": "Neringa Buivydaitė"}  # fmt: skip
SHOWN = "Second warehouse in Lübeck, what would it cost"  # a ticket with handover, note and reply, in English
README = {"queue": "queue", "ticket": "ticket", "request": "portal", "overview": "overview"}
SIZES = {"desk": (1440, 900), "phone": (390, 844)}
LANGUAGES = ("en", "lt", "ru", "zh-Hans")
PATIENCE_SECONDS = 60
SPEAK = """async language => {
  const token = document.querySelector('meta[name=csrf-token]').content;
  const headers = {'X-CSRFToken': token, 'Content-Type': 'application/x-www-form-urlencoded'};
  await fetch('/preferences', {method: 'POST', headers, body: 'language=' + language});
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description="Pictures of the demo desk.")
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "screenshots")
    parser.add_argument("--readme", action="store_true", help="only the pictures of docs/images")
    options = parser.parse_args()
    folder = ROOT / "docs" / "images" if options.readme else options.folder
    folder.mkdir(parents=True, exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "THREELINE_HOME": str(ROOT / "var" / "screenshots"), "THREELINE_DEV": "1",
                   "THREELINE_PORT": str(port)}  # fmt: skip
    threeline = str(Path(sys.executable).with_name("threeline"))
    for command in (["db", "upgrade"], ["demo"]):
        subprocess.run([threeline, *command], env=environment, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    server = subprocess.Popen([threeline, "run", "--web-only"], env=environment, cwd=ROOT)
    try:
        base = f"http://127.0.0.1:{port}"
        _await(base)
        if options.readme:
            _take(base, folder, README, ("desk",), ("light",), ("en",))
        else:
            _take(base, folder, {name: name for name in PAGES}, tuple(SIZES), ("light", "dark"), LANGUAGES)
    finally:
        server.terminate()
        server.wait()
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")


def _take(
    base: str, folder: Path, names: dict[str, str], sizes: tuple[str, ...], themes: tuple[str, ...],
    languages: tuple[str, ...],
) -> None:  # fmt: skip
    with browser() as opened:
        for language in languages:
            for theme in themes:
                for size in sizes:
                    for name, file in names.items():
                        role, path = PAGES[name]
                        width, height = SIZES[size]
                        context = opened.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
                        context.add_cookies([{"name": "threeline_language", "value": language, "url": base}])
                        page = context.new_page()
                        if role:
                            page.goto(f"{base}/dev/sign-in-as")
                            page.get_by_role("button", name=WHO[role], exact=True).click()
                            page.evaluate(SPEAK, language)
                        if path == "first":
                            page.goto(base + ("/portal/tickets" if role == "contact" else "/console/tickets?view=all"))
                            links = page.locator("a[href*='/tickets/T-']")
                            shown = links.filter(has_text=SHOWN)
                            link = (shown if shown.count() else links).first.get_attribute("href")
                            path = re.sub(r"^https?://[^/]+", "", link or "/")
                        page.goto(base + path)
                        page.wait_for_timeout(200)
                        suffix = "" if names is README else f"-{size}-{theme}-{language}"
                        page.screenshot(path=folder / f"{file}{suffix}.png")
                        context.close()


def _await(base: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{base}/healthz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise SystemExit("the desk did not start")


if __name__ == "__main__":
    main()
