"""What holds for the repository as a whole: portable files, explained dependencies and chores, permitted licences."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
# Third-party files come as they are.
FOREIGN = ("helpdesk/web/static/vendor/",)
NOT_OURS = {".git", ".venv", "var", "build", "dist", "screenshots", "__pycache__"}

REGISTRIES = re.compile(
    r"\b(pypi\.org|pythonhosted\.org|npmjs\.(org|com)|yarnpkg\.com|unpkg\.com|jsdelivr\.net|cdnjs\.com)\b"
    r"|\b(deb|security|snapshot)\.debian\.org\b|\barchive\.ubuntu\.com\b"
)
MACHINE_PATHS = re.compile(r"(?:(?<![\w.>}/-])|(?<=file://))/(?:home|root|Users|work|workspace|builds)/[\w.]")

# SPDX names, https://spdx.org/licenses/. What obliges only who changes the library itself may be used (MPL, LGPL).
PERMITTED = re.compile(
    r"MIT(-0|-CMU)?|0BSD|BSD-[23]-Clause|Apache-2\.0|MPL-2\.0|ISC|(PSF|Python)-2\.0(\.1)?|Zlib"
    r"|CC0-1\.0"  # no condition at all; numpy has files under it
    r"|LGPL-[23](\.[01])?(-only|-or-later|\+)?"
)
PERMITTED_CLASSIFIERS = {
    "MIT License",
    "BSD License",
    "Apache Software License",
    "Mozilla Public License 2.0 (MPL 2.0)",
    "ISC License (ISCL)",
    "Python Software Foundation License",
    "GNU Lesser General Public License v3 (LGPLv3)",
    "GNU Lesser General Public License v3 or later (LGPLv3+)",
}
# Distributions that state no licence that we can read, or one outside of the table above: which it is, and how we know.
LICENCES_READ_BY_PEOPLE: dict[str, str] = {
    # of WeasyPrint; GPL 2.0+, LGPL 2.1+ and MPL 1.1 are offered side by side, and one chooses
    "pyphen": "LGPL-2.1-or-later",
    # its LICENSE file, and the head of axe.min.js in it; the wheel's metadata name none
    "axe-playwright-python": "MIT and MPL-2.0",
    # its LICENSE file; the wheel's metadata name none
    "quickjs": "MIT",
}


def test_no_file_names_a_registry() -> None:
    assert places_of(REGISTRIES) == []


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    assert places_of(MACHINE_PATHS) == []


@pytest.mark.parametrize("folder", ["home", "root", "Users", "work"])
@pytest.mark.parametrize("line", ["/{}/desk", "cd /{}/desk", '"/{}/desk"', "file:///{}/desk", "(/{}/.desk)"])
def test_a_folder_of_somebodys_machine_is_recognised(line: str, folder: str) -> None:
    assert MACHINE_PATHS.search(line.format(folder))


@pytest.mark.parametrize("line", ["/portal/{}/new", "{{ base }}/{}/x", "../{}/x", "https://a.example/{}/x", "/{}s/x"])
def test_an_address_is_not_a_folder_of_somebodys_machine(line: str) -> None:
    assert not MACHINE_PATHS.search(line.replace("{}", "home"))


def test_every_runtime_dependency_has_its_reason() -> None:
    table = re.search(r"^dependencies = \[\n(.*?)^\]", (ROOT / "pyproject.toml").read_text(), re.DOTALL | re.MULTILINE)
    assert table is not None
    lines = [line for line in table[1].splitlines() if line.strip()]
    assert lines
    assert [line for line in lines if not re.search(r'",\s+# \S+', line)] == []


def test_every_chore_is_explained() -> None:
    targets = re.findall(r"^([a-z0-9-]+):(?!=)(.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert {"run", "test", "sure", "help"} <= {name for name, _ in targets}
    assert [name for name, rest in targets if "# " not in rest] == []


def test_make_help_lists_the_chores() -> None:
    told = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    for chore in ("run", "test", "sure", "lint", "types", "bench", "screenshots", "i18n", "vendor"):
        assert f"make {chore} " in told


@pytest.mark.parametrize(
    "script", [".ci/run", "deploy/install.sh", "deploy/chromium.sh", "deploy/apt.sh", "deploy/i18n.sh"]
)
def test_a_script_can_be_started_and_parsed(script: str) -> None:
    path = ROOT / script
    assert path.stat().st_mode & 0o100
    shell = path.read_text().split("\n", 1)[0].rpartition("/")[2].rpartition(" ")[2]
    subprocess.run([shell, "-n", path], check=True)


def test_every_library_has_a_licence_that_we_may_use() -> None:
    unfit = {name: licence_of(found) for name, found in libraries().items() if not is_permitted(found)}
    assert {name: licence for name, licence in unfit.items() if name not in LICENCES_READ_BY_PEOPLE} == {}


def test_no_licence_is_read_by_people_without_need() -> None:
    assert [name for name in LICENCES_READ_BY_PEOPLE if is_permitted(libraries().get(name))] == []


@pytest.mark.parametrize("licence", ["MIT AND PSF-2.0", "Apache-2.0 OR BSD-2-Clause", "LGPL-3.0-only", "MPL-2.0"])
def test_a_permitted_licence_is_recognised(licence: str) -> None:
    assert permits(licence)


@pytest.mark.parametrize("licence", ["GPL-3.0-only", "MIT AND AGPL-3.0-only", "SSPL-1.0", "", "Proprietary"])
def test_another_licence_is_refused(licence: str) -> None:
    assert not permits(licence)


def test_one_permitted_choice_is_enough() -> None:
    assert permits("GPL-2.0-only OR MIT")
    assert permits("(GPL-2.0-only OR MIT) AND BSD-3-Clause")
    assert not permits("(GPL-2.0-only OR MIT) AND SSPL-1.0")


def places_of(pattern: re.Pattern[str]) -> list[str]:
    """`file:line` of each line of ours that the pattern finds."""
    return [
        f"{path.relative_to(ROOT)}:{number}"
        for path in our_files()
        for number, line in enumerate(text_of(path).splitlines(), start=1)
        if pattern.search(line)
    ]


def our_files() -> Iterator[Path]:
    """What git keeps or would keep; in an unpacked archive without git, everything but what tools leave behind."""
    paths = listed_by_git()
    if paths is None:
        paths = [path for path in ROOT.rglob("*") if NOT_OURS.isdisjoint(path.relative_to(ROOT).parts)]
    for path in sorted(paths):
        if path.is_file() and not path.relative_to(ROOT).as_posix().startswith(FOREIGN):
            yield path


def listed_by_git() -> list[Path] | None:
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    except (FileNotFoundError, subprocess.CalledProcessError):
        return None
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def text_of(path: Path) -> str:
    content = path.read_bytes()
    return "" if b"\0" in content else content.decode("utf-8", "replace")


def libraries() -> dict[str, Distribution]:
    """Every installed distribution that we need, directly or not, by name; what else lies about is not our matter."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    waiting = [Requirement(text) for text in project["dependencies"]]
    for texts in project["optional-dependencies"].values():
        waiting += [Requirement(text) for text in texts]
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        if name == project["name"] or (name, frozenset(wanted.extras)) in seen:
            continue
        seen.add((name, frozenset(wanted.extras)))
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:  # not for this system, or an extra that is not installed
            continue
        for text in found[name].requires or ():
            needed = Requirement(text)
            if any(needed.marker is None or needed.marker.evaluate({"extra": extra}) for extra in ("", *wanted.extras)):
                waiting.append(needed)
    return found


def is_permitted(found: Distribution | None) -> bool:
    if found is None:
        return False
    if found.metadata.get_all("License-Expression"):
        return permits(licence_of(found))
    classifiers = licence_classifiers(found)
    return bool(classifiers and classifiers <= PERMITTED_CLASSIFIERS) or permits(licence_of(found))


def licence_of(found: Distribution) -> str:
    """The SPDX expression, or what older metadata say instead."""
    for field in ("License-Expression", "License"):
        if text := str((found.metadata.get_all(field) or [""])[0]).strip():
            return text.split("\n", 1)[0]
    return ", ".join(sorted(licence_classifiers(found)))


def licence_classifiers(found: Distribution) -> set[str]:
    prefix = "License :: OSI Approved :: "
    return {text.removeprefix(prefix) for text in found.metadata.get_all("Classifier") or () if text.startswith(prefix)}


def permits(expression: str) -> bool:
    """Whether an SPDX expression lets us use the library: all parts of AND, one part of OR."""
    inner = re.search(r"\(([^()]*)\)", expression)
    if inner:
        verdict = "MIT" if permits(inner[1]) else "refused"
        return permits(expression[: inner.start()] + verdict + expression[inner.end() :])
    return any(
        all(PERMITTED.fullmatch(part.strip()) for part in choice.split(" AND ")) for choice in expression.split(" OR ")
    )
