"""Where the files lie that come with the product."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parents[1]


def template_folder() -> Path:
    """Inside the wheel the templates lie in the package, in a checkout beside it."""
    installed = PACKAGE / "templates"
    return installed if installed.is_dir() else PACKAGE.parent / "templates"
