"""Articles in the console: lists, editor, review and publishing, revisions, files, what readers and colleagues say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from marshmallow import fields
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.i18n import LANGUAGES, OWN_NAMES, current_language
from helpdesk.core.i18n import gettext as _
from helpdesk.knowledge import articles, files, publishing, reviews, uses, votes
from helpdesk.knowledge.articles import About, NewArticle, get_article
from helpdesk.knowledge.backtest import last_replay
from helpdesk.knowledge.drafts import propose, source_ticket_of
from helpdesk.knowledge.links import check_links
from helpdesk.knowledge.listing import VIEWS, count_waiting, find_rows, list_view, staff_accounts
from helpdesk.knowledge.reading import address_of, categories, category_name
from helpdesk.knowledge.searches import note_search
from helpdesk.people import directory
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import may, require
from helpdesk.tickets.queries import get_ticket
from helpdesk.tickets.schemas import WebSchema, line_of_text, row_id, word
from helpdesk.web.article_places import shown
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, listed, read_form, read_uploads, submission_of
from helpdesk.web.htmx import is_htmx
from helpdesk.web.shell import Item
from helpdesk.web.words import ARTICLE_KINDS, ARTICLE_STATES, AUDIENCES, TAKEN_KINDS
from knowledge_base.comparing import compare
from knowledge_base.models import NUMBER_PREFIX, Article, ArticleKind, AudienceKind, Revision
from knowledge_base.skeletons import skeleton
from knowledge_base.writing import EditedMeanwhile, Words, is_behind, is_pending, source_of, translation_of

bp = Blueprint("articles", __name__, url_prefix="/articles")
LANGUAGE = f"<any({', '.join(f'{chr(34)}{tag}{chr(34)}' for tag in LANGUAGES)}):language>"


class WordsSchema(WebSchema):
    """What an article is to say. How long it may be is known to the activity, which names it."""

    title = fields.String(load_default="")
    summary = fields.String(load_default="")
    body = fields.String(load_default="")
    comment = fields.String(load_default="")
    base_id = row_id(load_default=None)
    of_source_id = row_id(load_default=None)


class NewArticleSchema(WordsSchema):
    """An article that is begun."""

    kind = word(ArticleKind, load_default=ArticleKind.HOW_TO)
    language = line_of_text(load_default="")


class AboutSchema(WebSchema):
    """What is the same in all languages."""

    audience = word(AudienceKind, required=True)
    line = row_id(load_default=None)
    category_id = row_id(load_default=None)
    products = fields.List(fields.String(), load_default=list)
    owner_id = row_id(load_default=None)
    review_on = line_of_text(load_default="")
    related = line_of_text(load_default="")
    replaced_by = line_of_text(load_default="")
    known_at = line_of_text(load_default="")


class CommentSchema(WebSchema):
    comment = fields.String(load_default="")
    replaced_by = line_of_text(load_default="")


class AnswerSchema(WebSchema):
    answer = fields.String(load_default="")


class ReviewSchema(WebSchema):
    review_on = line_of_text(load_default="")


@bp.get("")
def index() -> Any:
    actor, language, q = current_actor(), current_language(), request.args.get("q", "").strip()
    names = {
        "published": _("Published"), "review": _("To review"), "draft": _("Drafts"), "flagged": _("Called wrong"),
        "mine": _("Mine"), "outdated": _("Outdated"), "archived": _("Archived"),
    }  # fmt: skip
    view = request.args.get("view", "")
    view = view if view in VIEWS else "published"
    waiting = count_waiting(for_=actor)
    items = [
        Item(name, url_for("console.articles.index", view=key), is_current=key == view and not q,
             count=str(waiting) if key == "review" and waiting else "") for key, name in names.items()
    ]  # fmt: skip
    page = None
    form, rows = Form({"q": q}), []
    if q:
        with form.refusals():
            rows = find_rows(q, language, for_=actor)
            note_search("console", "articles", q, len(rows), by=actor, language=language)
    else:
        page = list_view(view, language, for_=actor, after=request.args.get("after"),
                         before=request.args.get("before"))  # fmt: skip
        rows = list(page.rows)
    return render_template(
        "console/articles/index.html", rows=rows, page=page, views=items, view=view, q=q, states=ARTICLE_STATES,
        kinds=ARTICLE_KINDS, audiences=AUDIENCES, can_write=may(actor, Action.WRITE_ARTICLE), form=form,
    ), (422 if form.errors else 200)  # fmt: skip


@bp.get("/new")
def new() -> str:
    require(current_actor(), Action.WRITE_ARTICLE)
    kind = request.args.get("kind", "")
    language = request.args.get("language", current_language())
    return _new_page(
        Form(), ArticleKind(kind) if kind in list(ArticleKind) else ArticleKind.HOW_TO,
        language if language in LANGUAGES else current_language(),
    )  # fmt: skip


@bp.post("")
def create() -> Any:
    form = read_form(NewArticleSchema)
    if form.is_valid:
        value = form.value
        words = Words(value["title"], value["body"], value["summary"])
        with form.refusals():
            article = articles.begin_article(
                NewArticle(value["kind"], value["language"], words, submission=submission_of(current_actor())),
                by=current_actor(),
            )  # fmt: skip
            return redirect(url_for("console.articles.show", number=article.number))
    return _new_page(form, ArticleKind.HOW_TO, current_language()), 422


@bp.get("/<number>")
def show(number: str) -> str:
    return _page(get_article(number, for_=current_actor()), Form())


@bp.get(f"/<number>/words/{LANGUAGE}")
def edit(number: str, language: str) -> str:
    article = get_article(number, for_=current_actor())
    require(current_actor(), Action.WRITE_ARTICLE, article)
    return _editor(article, language, Form())


@bp.post(f"/<number>/words/{LANGUAGE}")
def save(number: str, language: str) -> Any:
    form, article = read_form(WordsSchema), get_article(number, for_=current_actor())
    if form.is_valid:
        value = form.value
        words = Words(value["title"], value["body"], value["summary"], value["comment"], value["of_source_id"])
        with form.refusals():
            try:
                articles.save_words(article, language, words, base_id=value["base_id"], by=current_actor())
            except EditedMeanwhile as met:
                return _both(article, language, words, met.theirs), 409
            waits = is_pending(article) and article.is_readable
            flash(_("Saved. Readers get it when a colleague has read it.") if waits else _("Saved."))
            return _back(number)
    return _editor(article, language, form), 422


@bp.post("/preview")
def preview() -> str:
    """What was typed so far as its readers would see it, with its links checked; nothing is kept."""
    require(current_actor(), Action.WRITE_ARTICLE)
    form, number = read_form(WordsSchema), request.form.get("number", "")
    article = get_article(number, for_=current_actor()) if number else None
    body = str(form.data.get("body", ""))
    html, _headings = shown(body, article, current_language(), for_=current_actor())
    return render_template(
        "console/articles/_preview.html" if is_htmx() else "console/articles/preview.html", html=html,
        title=form.data.get("title", ""), links=check_links(article, [body]), article=article,
    )  # fmt: skip


@bp.post("/<number>/about")
def describe(number: str) -> Any:
    form, article = read_form(AboutSchema), get_article(number, for_=current_actor())
    if form.is_valid:
        with form.refusals():
            value, about = form.value, _about(form)
            known = datetime.fromisoformat(value["known_at"]) if value["known_at"] else None
            try:
                articles.describe_article(article, about, by=current_actor(), known_at=known)
            except Conflict as met:
                form.errors["known_at"] = [met.message]
                form.data["known_at"] = article.updated_at.isoformat()
                return _page(article, form), 409
            return _back(number)
    return _page(article, form), 422


@bp.post("/<number>/review")
def ask_review(number: str) -> BaseResponse:
    publishing.ask_review(get_article(number, for_=current_actor()), by=current_actor())
    flash(_("It waits for a colleague to read it."))
    return _back(number)


@bp.post("/<number>/publication")
def publish(number: str) -> Any:
    article, form = get_article(number, for_=current_actor()), Form()
    return _done(
        article, form, lambda: publishing.publish_article(article, by=current_actor()), _("Readers get it now.")
    )


@bp.post("/<number>/refusal")
def refuse(number: str) -> Any:
    article, form = get_article(number, for_=current_actor()), read_form(CommentSchema)
    return _done(
        article, form, lambda: publishing.refuse_review(article, form.value["comment"], by=current_actor()),
        _("The author hears what is to be changed."),
    )  # fmt: skip


@bp.post("/<number>/outdated")
def outdate(number: str) -> Any:
    article, form = get_article(number, for_=current_actor()), read_form(CommentSchema)
    return _done(article, form, lambda: publishing.mark_outdated(article, form.value["comment"], by=current_actor()))


@bp.post("/<number>/archive")
def archive(number: str) -> Any:
    article, form = get_article(number, for_=current_actor()), read_form(CommentSchema)

    def act() -> None:
        wanted = form.value["replaced_by"].strip()
        try:
            other = get_article(wanted, for_=current_actor()) if wanted else None
        except NotFound as error:
            raise Invalid({"replaced_by": [_("There is no article %(number)s.", number=wanted)]}) from error
        publishing.archive_article(article, form.value["comment"], by=current_actor(), replaced_by=other)

    return _done(article, form, act)


@bp.post("/<number>/draft")
def bring_back(number: str) -> BaseResponse:
    publishing.bring_back(get_article(number, for_=current_actor()), by=current_actor())
    return _back(number)


@bp.post("/<number>/review-date")
def confirm_review(number: str) -> Any:
    article, form = get_article(number, for_=current_actor()), read_form(ReviewSchema)
    return _done(
        article, form, lambda: reviews.confirm_review(article, _day(form.value["review_on"]), by=current_actor())
    )


@bp.get(f"/<number>/revisions/{LANGUAGE}")
def revisions(number: str, language: str) -> str:
    article = get_article(number, for_=current_actor())
    require(current_actor(), Action.WRITE_ARTICLE, article)
    rows = articles.revisions_of(article, language)
    if not rows:
        raise NotFound
    chosen = request.args.get("of", default=rows[0].number, type=int)
    against = request.args.get("with", default=chosen - 1, type=int)
    after = articles.get_revision(article, language, chosen)
    before = articles.get_revision(article, language, against) if against > 0 else None
    return render_template(
        "console/articles/revisions.html", article=article, language=language, rows=rows, after=after, before=before,
        authors=articles.authors_of(rows), lines=compare(before.body if before else "", after.body),
        titles=compare(before.title if before else "", after.title),
        summaries=compare(before.summary if before else "", after.summary),
        live=getattr(translation_of(article, language), "live_id", None),
    )  # fmt: skip


@bp.post(f"/<number>/revisions/{LANGUAGE}/<int:revision>/restoration")
def restore(number: str, language: str, revision: int) -> BaseResponse:
    article = get_article(number, for_=current_actor())
    articles.restore_revision(article, language, revision, by=current_actor())
    flash(_("The former words are the latest again."))
    return _back(number)


@bp.post("/<number>/files")
def add_files(number: str) -> Any:
    """Files for the article; a script that pasted a picture gets the Markdown to put in."""
    form = Form()
    uploads = read_uploads(form)
    article = get_article(number, for_=current_actor())
    if form.is_valid:
        with form.refusals():
            rows = files.add_files(article, uploads, by=current_actor())
            if request.accept_mimetypes.best == "application/json":
                return jsonify([{"markdown": _markdown_of(row.id, row.filename, row.media_type)} for row in rows])
            return redirect(url_for("console.articles.show", number=number, _anchor="files"))
    return _page(article, form), 422


@bp.post("/<number>/files/<int:file_id>/removal")
def remove_file(number: str, file_id: int) -> BaseResponse:
    files.remove_file(get_article(number, for_=current_actor()), file_id, by=current_actor())
    return redirect(url_for("console.articles.show", number=number, _anchor="files"))


@bp.post("/<number>/flags")
def flag(number: str) -> Any:
    article, form = get_article(number, for_=current_actor()), read_form(CommentSchema)
    return _done(
        article, form, lambda: uses.flag_article(article, form.value["comment"], by=current_actor()) and None,
        _("Its owner hears of it."),
    )  # fmt: skip


@bp.post("/<number>/flags/<int:flag_id>/answer")
def answer_flag(number: str, flag_id: int) -> Any:
    article, form = get_article(number, for_=current_actor()), read_form(AnswerSchema)
    form.data["flag_id"] = flag_id
    return _done(
        article, form, lambda: uses.answer_flag(flag_id, form.value["answer"], by=current_actor()) and None,
        _("Whoever said so hears of it."),
    )  # fmt: skip


@bp.post("/<number>/missing/<int:vote_id>/note")
def handle_missing(number: str, vote_id: int) -> BaseResponse:
    votes.handle_missing(get_article(number, for_=current_actor()), vote_id, by=current_actor())
    return _back(number)


def _about(form: Form) -> About:
    value = form.value
    return About(
        value["audience"], value["line"], value["category_id"], tuple(map(_product, value["products"])),
        value["owner_id"], _day(value["review_on"]), tuple(listed(value["related"])), value["replaced_by"],
    )  # fmt: skip


def _product(sent: str) -> tuple[int, int | None]:
    product, _colon, version = sent.partition(":")
    if not (product.isascii() and product.isdigit()) or (version and not (version.isascii() and version.isdigit())):
        raise Invalid({"products": [_("Choose one of the list.")]})
    return int(product[:9]), int(version[:9]) if version else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError as error:
        raise Invalid({"review_on": [_("Write a date as 2026-12-31.")]}) from error


def _markdown_of(file_id: int, filename: str, media_type: str) -> str:
    name = filename.replace("[", "(").replace("]", ")")
    return f"{'!' if media_type.startswith('image/') else ''}[{name}](files/{file_id})"


def _done(article: Article, form: Form, act: Callable[[], Any], told: str = "") -> Any:
    if form.is_valid:
        with form.refusals():
            act()
            if told:
                flash(told)
            return _back(article.number)
    return _page(article, form), 422


def _back(number: str) -> BaseResponse:
    return redirect(url_for("console.articles.show", number=number))


def _new_page(form: Form, kind: ArticleKind, language: str) -> str:
    return render_template(
        "console/articles/new.html", form=form, kind=kind, language=language, kinds=ARTICLE_KINDS, names=OWN_NAMES,
        skeleton=skeleton(kind, language),
        ways=[Item(str(label), url_for("console.articles.new", kind=key, language=language), is_current=key == kind)
              for key, label in ARTICLE_KINDS.items()],
    )  # fmt: skip


def _editor(article: Article, language: str, form: Form) -> str:
    translation, source = translation_of(article, language), source_of(article)
    latest = translation.latest if translation else None
    is_translation = language != article.source_language
    former = _revision(article, latest.of_source_id) if latest and is_translation and latest.of_source_id else None
    ticket_id = source_ticket_of(article) if not is_translation else None
    return render_template(
        "console/articles/edit.html", article=article, language=language, form=form, latest=latest, names=OWN_NAMES,
        source=source.latest if is_translation else None, files=files.files_of(article),
        changes=compare(former.body, source.latest.body) if former and source.latest else [],
        markdown_of=_markdown_of, taken=_taken(ticket_id) if ticket_id else [], taken_kinds=TAKEN_KINDS,
        ticket_number=f"T-{ticket_id}" if ticket_id else None,
        waits=article.is_readable and article.audience not in articles.COLLEAGUES,
    )  # fmt: skip


def _taken(ticket_id: int) -> Any:
    """What was taken out of the proposal, for those who see the ticket."""
    try:
        return propose(get_ticket(str(ticket_id), for_=current_actor()), for_=current_actor()).taken
    except NotFound:
        return []


def _revision(article: Article, revision_id: int) -> Revision | None:
    rows = articles.revisions_of(article, article.source_language)
    return next((row for row in rows if row.id == revision_id), None)


def _both(article: Article, language: str, mine: Words, theirs: Revision) -> str:
    """What somebody else saved meanwhile, and what was typed: the writer puts them together."""
    return render_template(
        "console/articles/conflict.html", article=article, language=language, mine=mine, theirs=theirs,
        lines=compare(theirs.body, mine.body), titles=compare(theirs.title, mine.title),
        author=articles.authors_of([theirs]).get(theirs.author_id or 0, ""),
    )  # fmt: skip


def _page(article: Article, form: Form) -> str:
    actor, language = current_actor(), current_language()
    asked = request.args.get("language", "")
    translation = translation_of(article, asked) or translation_of(article, language) or source_of(article)
    words = translation.latest
    html, headings = shown(words.body if words else "", article, translation.language, for_=actor)
    place = address_of(article, (translation.language,)) if article.is_readable else None
    can_write = may(actor, Action.WRITE_ARTICLE, article)
    chosen = [f"{p.product_id}:{p.version_id}" if p.version_id else str(p.product_id) for p in article.products]
    names = dict(_product_choices())
    return render_template(
        "console/articles/show.html", replayed=last_replay(article), article=article, form=form,
        translation=translation, words=words, html=html,
        headings=headings, names=OWN_NAMES, states=ARTICLE_STATES, kinds=ARTICLE_KINDS, audiences=AUDIENCES,
        url=url_for("kb.show", language=place.language, slug=place.slug) if place else None,
        translations=[(each, is_behind(article, each)) for each in article.translations],
        absent=[tag for tag in LANGUAGES if translation_of(article, tag) is None],
        pending=is_pending(article), links=check_links(article), files=files.files_of(article),
        markdown_of=_markdown_of, flags=uses.open_flags(language, for_=actor, article=article),
        missing=votes.missing_of(article), used=uses.uses_of(article, for_=actor), about=articles.about_of(article),
        related=[(each, uses.title_of(each, language)) for each in articles.related_to(article, for_=actor)],
        replacement=f"{NUMBER_PREFIX}{article.replaced_by_id}" if article.replaced_by_id else None,
        categories=[(row.id, category_name(row, language)) for row in categories()], owners=staff_accounts(),
        products=_product_choices(), chosen_products=chosen,
        product_words=[names[each] for each in chosen if each in names],
        next_review=reviews.default_review(), can_write=can_write,
        can_publish=may(actor, Action.PUBLISH_ARTICLE, article), can_retire=may(actor, Action.RETIRE_ARTICLE, article),
        can_use=may(actor, Action.USE_ARTICLE),
    )  # fmt: skip


def _product_choices() -> list[tuple[str, str]]:
    choices = []
    for card in directory.products().values():
        if card.is_active:
            choices.append((str(card.id), card.name))
            choices += [(f"{card.id}:{each.id}", f"{card.name} {each.name}")
                        for each in directory.versions().values() if each.product_id == card.id]  # fmt: skip
    return choices
