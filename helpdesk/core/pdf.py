"""HTML → PDF, where this machine can make them: WeasyPrint is an extra, and needs Pango and fonts of the system.

Nothing is fetched: what a document needs stands in it. Where PDFs cannot be made a page is offered for printing.
"""

from __future__ import annotations

import functools
from typing import Any, NoReturn

from helpdesk.core.errors import NotFound


@functools.cache
def _maker() -> Any:
    """WeasyPrint, asked for once; None where it, or Pango below it, is missing."""
    try:
        import weasyprint
    except (ImportError, OSError):  # without Pango the import itself fails
        return None
    return weasyprint


def can_make_pdf() -> bool:
    return _maker() is not None


def pdf_of(html: str) -> bytes:
    """The document as PDF; NotFound where this desk cannot make any."""
    maker = _maker()
    if maker is None:
        raise NotFound("This desk makes no PDFs: WeasyPrint or Pango is not installed.", code="no_pdf")
    made: bytes = maker.HTML(string=html, url_fetcher=_refuse).write_pdf()
    return made


def _refuse(url: str, *_args: Any, **_kwargs: Any) -> NoReturn:
    raise ValueError(f"documents fetch nothing: {url}")
