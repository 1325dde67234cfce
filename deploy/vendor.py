"""Third-party files for the browser: taken from npm packages once, verified, committed with their licences.

Nobody needs npm to install or run the product. Whoever renews a package does:

    python deploy/vendor.py --pin htmx.org@2.0.11 \\
        vendor/htmx.org/htmx.min.js=dist/htmx.min.js vendor/htmx.org/LICENSE=LICENSE
    python deploy/vendor.py            # take the packages that the lock names, verify them, write their files
    python deploy/vendor.py --check    # the committed files are what the lock says (no npm)

`vendor.lock.json` keeps, for each package, its version, the sha512 integrity of its archive in the form of Subresource
Integrity (https://www.w3.org/TR/SRI/), which npm uses too, its licence, and the sha256 of every file taken from it.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STATIC = ROOT / "helpdesk" / "web" / "static"
LOCK = ROOT / "deploy" / "vendor.lock.json"


@dataclass(frozen=True)
class TakenFile:
    """A file of ours (`target`, beneath static/) and where it lies in the package (`source`)."""

    target: str
    source: str
    sha256: str


@dataclass(frozen=True)
class Package:
    """One npm package at one version, with what is taken from it."""

    name: str
    version: str
    integrity: str
    licence: str
    files: tuple[TakenFile, ...]


class VendorError(Exception):
    """What was taken, or what is committed, is not what the lock says."""


def main(arguments: list[str] | None = None) -> int:
    """Write, check or pin; 0 when all is as the lock says, 1 otherwise."""
    parser = argparse.ArgumentParser(description="Third-party files for the browser, from npm packages.")
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--check", action="store_true", help="compare the committed files with the lock, without npm")
    ways.add_argument(
        "--pin", metavar="NAME@VERSION", help="put a package into the lock, then TARGET=SOURCE for each file"
    )
    parser.add_argument("files", nargs="*", metavar="TARGET=SOURCE")
    options = parser.parse_args(arguments)
    if options.files and not options.pin:
        parser.error("files are named together with --pin")
    try:
        if options.check:
            check(read_lock())
        elif options.pin:
            pin(options.pin, options.files)
        else:
            for package in read_lock():
                write(package, Archive.of(package))
    except VendorError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def check(packages: list[Package]) -> None:
    """Compare every committed file with the lock; raise VendorError that lists all differences."""
    locked = {taken.target: taken.sha256 for package in packages for taken in package.files}
    present = {path.relative_to(STATIC).as_posix(): path for path in STATIC.glob("vendor/**/*") if path.is_file()}
    wrong = [f"{target}: missing" for target in locked if not (STATIC / target).is_file()]
    wrong += [f"{target}: not in the lock" for target in present if target not in locked]
    wrong += [
        f"{target}: not the file that was locked"
        for target, sha256 in locked.items()
        if (STATIC / target).is_file() and _sha256((STATIC / target).read_bytes()) != sha256
    ]
    wrong += [f"{package.name}: no licence among its files" for package in packages if not _has_licence(package)]
    if wrong:
        raise VendorError("\n".join(sorted(wrong)))


def pin(named: str, files: list[str]) -> None:
    """Take a package as it is now, write its files and put it into the lock."""
    name, _, version = named.rpartition("@")
    if not name or not version:
        raise VendorError(f"{named}: say NAME@VERSION, with an exact version")
    archive = Archive.taken(name, version)
    taken = [(target, source) for target, _, source in (words.partition("=") for words in files)]
    package = Package(
        name,
        version,
        archive.integrity,
        archive.licence,
        tuple(TakenFile(target, source, _sha256(archive.read(source))) for target, source in taken),
    )
    if not _has_licence(package):
        raise VendorError(f"{name}: take its LICENSE too")
    write(package, archive)
    write_lock([*(other for other in read_lock() if other.name != name), package])


def write(package: Package, archive: Archive) -> None:
    """Write the files of one package, each verified against its sha256."""
    for taken in package.files:
        content = archive.read(taken.source)
        if _sha256(content) != taken.sha256:
            raise VendorError(f"{package.name}: {taken.source} is not the file that was locked")
        target = STATIC / taken.target
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


@dataclass(frozen=True)
class Archive:
    """The contents of a package, with the integrity that its archive really has."""

    name: str
    version: str
    integrity: str
    contents: dict[str, bytes]

    @classmethod
    def of(cls, package: Package) -> Archive:
        """Take a locked package; VendorError if the archive is not the one that was locked."""
        archive = cls.taken(package.name, package.version)
        if archive.integrity != package.integrity:
            raise VendorError(f"{package.name}@{package.version}: the archive is not the one that was locked")
        return archive

    @classmethod
    def taken(cls, name: str, version: str) -> Archive:
        """Let npm fetch the archive from the registry that it is set up for."""
        with tempfile.TemporaryDirectory() as folder:
            command = ["npm", "pack", "--silent", "--pack-destination", folder, f"{name}@{version}"]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            archives = list(Path(folder).glob("*.tgz"))
            if done.returncode or len(archives) != 1:
                raise VendorError(f"npm could not take {name}@{version}: {done.stderr.strip()}")
            packed = archives[0].read_bytes()
            with tarfile.open(archives[0]) as tar:
                contents = {
                    member.name.partition("/")[2]: file.read()
                    for member in tar
                    if member.isfile() and (file := tar.extractfile(member))
                }
        digest = base64.b64encode(hashlib.sha512(packed).digest()).decode()
        return cls(name, version, f"sha512-{digest}", contents)

    @property
    def licence(self) -> str:
        """The licence that the package states for itself."""
        return str(json.loads(self.read("package.json")).get("license", "not stated"))

    def read(self, source: str) -> bytes:
        """One file of the package; VendorError if it has none of that name."""
        if source not in self.contents:
            raise VendorError(f"{self.name}@{self.version} has no file {source}")
        return self.contents[source]


def read_lock() -> list[Package]:
    """The packages of the lock, by name; none when there is no lock yet."""
    if not LOCK.exists():
        return []
    written = json.loads(LOCK.read_text(encoding="utf-8"))["packages"]
    return [Package(**(one | {"files": tuple(TakenFile(**file) for file in one["files"])})) for one in written]


def write_lock(packages: list[Package]) -> None:
    """Write the lock so that a change shows as few lines."""
    ordered = [
        asdict(replace(package, files=tuple(sorted(package.files, key=lambda taken: taken.target))))
        for package in sorted(packages, key=lambda package: package.name)
    ]
    LOCK.write_text(json.dumps({"packages": ordered}, indent=2) + "\n", encoding="utf-8")


def locked(name: str) -> Package:
    """One package of the lock; VendorError if it is not there."""
    for package in read_lock():
        if package.name == name:
            return package
    raise VendorError(f"{name} is not in {LOCK.name}; pin it first")


def _has_licence(package: Package) -> bool:
    return any("LICEN" in Path(taken.target).name.upper() for taken in package.files)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    raise SystemExit(main())
