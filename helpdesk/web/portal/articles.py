"""The knowledge base for its readers: search first, shelves, one article; for whoever is not signed in what is public.

Who finds what is decided by the scope of articles alone. Nobody needs to sign in: without it one reads what is for
everybody.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring  # we write XML, we read none

import flask
from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from marshmallow import fields
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core.errors import NotFound
from helpdesk.core.i18n import DEFAULT_ZONE, LANGUAGES, current_language, current_zone, speak
from helpdesk.core.i18n import gettext as _
from helpdesk.core.pdf import can_make_pdf, pdf_of
from helpdesk.core.times import now
from helpdesk.knowledge import deflection, files, reading, votes
from helpdesk.knowledge.articles import parse_number
from helpdesk.knowledge.reading import Elsewhere, Gone, Reading
from helpdesk.knowledge.searches import note_opening, note_search, visitor_of
from helpdesk.people import directory
from helpdesk.tickets.schemas import WebSchema
from helpdesk.web.article_places import shown
from helpdesk.web.auth import current_actor
from helpdesk.web.files import serve_content
from helpdesk.web.forms import Form, read_form, sent_id
from helpdesk.web.htmx import is_htmx
from helpdesk.web.preferences import chosen_language

bp = Blueprint("kb", __name__, url_prefix="/kb")
bp.is_open = True  # type: ignore[attr-defined]  # the scope of articles decides what each reader finds
open_bp = Blueprint("robots", __name__)  # its address stands at the root
open_bp.is_open = True  # type: ignore[attr-defined]
LANGUAGE = f"<any({', '.join(f'{chr(34)}{tag}{chr(34)}' for tag in LANGUAGES)}):language>"
SITEMAP_SIZE, FEED_SIZE = 50_000, 30
SITEMAP, ATOM = "http://www.sitemaps.org/schemas/sitemap/0.9", "http://www.w3.org/2005/Atom"


class VoteSchema(WebSchema):
    """What a reader says."""

    useful = fields.Boolean(required=True)
    missing = fields.String(load_default="")
    language = fields.String(load_default="")


@bp.get("")
def index() -> str:
    actor, language = current_actor(), current_language()
    return render_template(
        "portal/articles/index.html", shelves=reading.shelves(language, for_=actor),
        products=reading.product_shelves(for_=actor), useful=reading.most_useful(language, for_=actor), **_frame(),
        canonical=_outer("kb.index"), feed=_outer("kb.feed", language=language),
    )  # fmt: skip


@bp.get("/search")
def search() -> Any:
    actor, language, q = current_actor(), current_language(), request.args.get("q", "").strip()
    form, found = Form({"q": q}), []
    with form.refusals():
        found = reading.search_articles(q, for_=actor, language=language)
    search_id = None if form.errors else note_search(
        "portal", "articles", q, len(found), by=actor, language=language, visitor=_visitor()
    )  # fmt: skip
    page = render_template(
        "portal/articles/search.html", q=q, rows=[row for row, _words in found], search_id=search_id, form=form,
        snippets=[words for _row, words in found], can_ask=actor.is_client, **_frame(),
    )  # fmt: skip
    return page, (422 if form.errors else 200)


@bp.get("/categories/<int:category_id>")
def category(category_id: int) -> str:
    row, language = reading.get_category(category_id), current_language()
    return _shelf(reading.category_name(row, language), category_id=category_id)


@bp.get("/products/<int:product_id>")
def product(product_id: int) -> str:
    card = directory.products().get(product_id)
    if card is None or not any(shelf.id == product_id for shelf in reading.product_shelves(for_=current_actor())):
        raise NotFound
    return _shelf(card.name, product_id=product_id)


@bp.get(f"/{LANGUAGE}/<slug>")
def show(language: str, slug: str) -> Any:
    found = reading.read(language, slug, for_=current_actor())
    _speak_as(language)
    if isinstance(found, Elsewhere):
        return redirect(url_for("kb.show", language=found.language, slug=found.slug), 301)
    if isinstance(found, Gone):
        return render_template("portal/articles/gone.html", title=found.title, **_frame()), 410
    if "sitting" in request.args:
        deflection.note_opened(request.args["sitting"], found.article.id, by=current_actor())
    if (search_id := sent_id("search")) is not None:
        note_opening(search_id, "article", found.article.id, by=current_actor(), visitor=_visitor())
    return _page(found, Form())


@bp.get("/articles/<number>")
def by_number(number: str) -> BaseResponse:
    """The address that never changes: it leads to the one of today, in the reader's language."""
    article = reading.readable(parse_number(number), for_=current_actor())
    place = reading.address_of(article, (current_language(),)) if article else None
    if place is None:
        raise NotFound
    return redirect(url_for("kb.show", language=place.language, slug=place.slug))


@bp.get(f"/{LANGUAGE}/<slug>/print")
def paper(language: str, slug: str) -> Any:
    found = _read(language, slug)
    if not isinstance(found, Reading):
        return found
    html, _headings = shown(found.translation.live.body, found.article, language, for_=current_actor())  # type: ignore[union-attr]
    return render_template("portal/articles/print.html", reading=found, words=found.translation.live, html=html)


@bp.get(f"/{LANGUAGE}/<slug>/pdf")
def pdf(language: str, slug: str) -> Any:
    """The article as PDF; where this desk makes none, the page for the printer."""
    found = _read(language, slug)
    if not isinstance(found, Reading):
        return found
    if not can_make_pdf():
        return redirect(url_for("kb.paper", language=language, slug=slug))
    body = found.translation.live.body if found.translation.live else ""
    html, _headings = shown(body, found.article, language, for_=current_actor(), is_for_paper=True)
    document = render_template(
        "documents/article.html", reading=found, words=found.translation.live, html=html, lang=language,
        made_at=now(), zone=current_zone(), url=_outer("kb.show", language=language, slug=found.slug),
    )  # fmt: skip
    return Response(pdf_of(document), mimetype="application/pdf", headers={
        "Content-Disposition": f'attachment; filename="{found.article.number}-{language}.pdf"',
        "X-Robots-Tag": "noindex",
    })  # fmt: skip


@bp.get("/files/<int:file_id>/<filename>")
def file(file_id: int, filename: str) -> Response:
    row = files.get_file(file_id, for_=current_actor())
    return serve_content(files.content_of(row), row.filename, row.media_type, row.digest)


@bp.post("/articles/<number>/vote")
def vote(number: str) -> Any:
    form = read_form(VoteSchema)
    article = reading.readable(parse_number(number), for_=current_actor())
    place = reading.address_of(article, (str(form.data.get("language", "")),)) if article else None
    if article is None or place is None:
        raise NotFound
    if form.is_valid:
        with form.refusals():
            translation = next(each for each in article.translations if each.language == place.language)
            votes.vote(
                article, translation, form.value["useful"], form.value["missing"], by=current_actor(), reader=_reader(),
                address=request.remote_addr or "unknown",
            )  # fmt: skip
            flash(_("Thank you. What you said is with those who write."))
            return redirect(url_for("kb.show", language=place.language, slug=place.slug, _anchor="vote"))
    found = reading.read(place.language, place.slug, for_=current_actor())
    assert isinstance(found, Reading)
    return _page(found, form), 422


@bp.get("/suggestions")
def suggestions() -> Any:
    """What may answer the request that somebody is writing."""
    asked = f"{request.args.get('subject', '')} {request.args.get('text', '')}".strip()[:400]
    rows = reading.suggest(asked, for_=current_actor(), language=current_language())
    sitting = request.args.get("sitting", "")
    deflection.note_shown(sitting, [row.article_id for row in rows], current_language(), by=current_actor())
    template = "portal/articles/_suggestions.html" if is_htmx() else "portal/articles/suggestions.html"
    return render_template(template, rows=rows, asked=asked, sitting=sitting, **_frame())


@bp.get("/feed.xml")
def feed() -> Response:
    """What was last published for everybody, as Atom."""
    asked = request.args.get("language", "")
    language = asked if asked in LANGUAGES else current_language()
    rows = reading.latest_public(language, FEED_SIZE)
    root = Element("feed", {"xmlns": ATOM, "xml:lang": language})
    _add(root, "title", _("Knowledge base"))
    _add(root, "id", _outer("kb.feed", language=language))
    SubElement(root, "link", {"rel": "self", "href": _outer("kb.feed", language=language)})
    SubElement(root, "link", {"rel": "alternate", "href": _outer("kb.index")})
    _add(root, "updated", _instant(max((row.updated_at for row in rows), default=now())))
    _add(SubElement(root, "author"), "name", "Threeline")
    for row in rows:
        entry, url = SubElement(root, "entry"), _outer("kb.show", language=row.language, slug=row.slug)
        _add(entry, "title", row.title)
        _add(entry, "id", _outer("kb.by_number", number=row.number))
        SubElement(entry, "link", {"rel": "alternate", "href": url, "hreflang": row.language})
        _add(entry, "updated", _instant(row.updated_at))
        _add(entry, "summary", row.summary)
    return _xml(root, "application/atom+xml")


@open_bp.get("/robots.txt")
def robots() -> Response:
    """What programs that read the web may read: the public articles, and where the list of them is."""
    lines = ["User-agent: *", "Disallow: /", f"Allow: {url_for('kb.index')}", f"Disallow: {url_for('kb.search')}",
             f"Disallow: {url_for('kb.suggestions')}", "", f"Sitemap: {_outer('kb.sitemap')}", ""]  # fmt: skip
    return Response("\n".join(lines), mimetype="text/plain")


@bp.get("/sitemap.xml")
def sitemap() -> Response:
    """Every address that anybody may read; an index of such lists where there are more than fit into one."""
    count = reading.count_public_addresses()
    if count <= SITEMAP_SIZE:
        return _sitemap_of(1)
    root = Element("sitemapindex", {"xmlns": SITEMAP})
    for part in range(1, -(-count // SITEMAP_SIZE) + 1):
        _add(SubElement(root, "sitemap"), "loc", _outer("kb.sitemap_part", part=part))
    return _xml(root, "application/xml")


@bp.get("/sitemap-<int:part>.xml")
def sitemap_part(part: int) -> Response:
    return _sitemap_of(part)


def _sitemap_of(part: int) -> Response:
    after, rows = 0, reading.public_addresses(limit=SITEMAP_SIZE)
    for _part in range(1, part):
        if not rows:
            raise NotFound
        after = rows[-1][0]
        rows = reading.public_addresses(after=after, limit=SITEMAP_SIZE)
    if not rows and part > 1:
        raise NotFound
    root = Element("urlset", {"xmlns": SITEMAP})
    for _id, language, slug, changed_at in rows:
        url = SubElement(root, "url")
        _add(url, "loc", _outer("kb.show", language=language, slug=slug))
        _add(url, "lastmod", _instant(changed_at))
    return _xml(root, "application/xml")


def _page(found: Reading, form: Form) -> str:
    actor, words = current_actor(), found.translation.live
    assert words is not None  # it is read
    html, headings = shown(words.body, found.article, found.translation.language, for_=actor)
    category_row = next((row for row in reading.categories() if row.id == found.article.category_id), None)
    is_public = found.article.audience.value == "public"
    return render_template(
        "portal/articles/show.html", reading=found, article=found.article, words=words, html=html, headings=headings,
        form=form, said=votes.vote_of(found.article, by=actor, reader=_known_reader()), is_public=is_public,
        category=(category_row.id, reading.category_name(category_row, current_language())) if category_row else None,
        canonical=_outer("kb.show", language=found.translation.language, slug=found.slug),
        alternates=[(tag, _outer("kb.show", language=tag, slug=slug)) for tag, slug in found.alternatives.items()],
        **_frame(),
    )  # fmt: skip


def _shelf(name: str, **which: int) -> str:
    page = reading.list_articles(
        current_language(), for_=current_actor(), after=request.args.get("after"), before=request.args.get("before"),
        **which,
    )  # fmt: skip
    here = (request.endpoint or "", request.view_args or {})
    return render_template("portal/articles/shelf.html", name=name, page=page,
                           link=lambda **more: url_for(here[0], **here[1], **more), **_frame())  # fmt: skip


def _read(language: str, slug: str) -> Reading | BaseResponse:
    """What is read at this address, or the way to where it is read now."""
    found = reading.read(language, slug, for_=current_actor())
    if isinstance(found, Elsewhere):
        here = request.endpoint or "kb.show"
        return redirect(url_for(here, language=found.language, slug=found.slug), 301)
    if isinstance(found, Gone):
        raise NotFound
    _speak_as(language)
    return found


def _speak_as(language: str) -> None:
    """Who is not signed in and has chosen no language reads the page around an article in its language."""
    if not current_actor().is_signed_in and chosen_language() is None:
        speak(language, DEFAULT_ZONE)


def _frame() -> dict[str, Any]:
    """The ways around a page: the portal's for clients, back to the console for staff."""
    actor = current_actor()
    return {"nav": ()} if not actor.is_client else {}


def _visitor() -> str:
    """What tells searchers apart within a day."""
    return visitor_of(current_actor(), address=request.remote_addr or "", browser=request.user_agent.string)


def _reader() -> str:
    """Who is not signed in is told apart by their own cookie."""
    if current_actor().account_id:
        return ""
    if "kb_reader" not in flask.session:
        flask.session["kb_reader"] = secrets.token_urlsafe(12)
    return str(flask.session["kb_reader"])


def _known_reader() -> str:
    return str(flask.session.get("kb_reader", ""))


def _outer(endpoint: str, **values: Any) -> str:
    return str(current_app.config["THREELINE"].base_url).rstrip("/") + url_for(endpoint, **values)


def _add(parent: Element, name: str, words: str) -> None:
    SubElement(parent, name).text = "".join(c for c in words if c in "\t\n" or c >= " ")


def _instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _xml(root: Element, mimetype: str) -> Response:
    text = tostring(root, encoding="utf-8", xml_declaration=True)
    response = Response(text, content_type=f"{mimetype}; charset=utf-8")
    response.add_etag()
    response.make_conditional(request)
    return response
