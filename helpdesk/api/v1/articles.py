"""Articles of the knowledge base: found, read, written, brought through their life; votes, files, tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, request, send_file, url_for
from marshmallow import fields

from helpdesk.api.auth import current_actor
from helpdesk.api.fields import Choice, Day, Instant, Language, Number, RowId, Several, Text, YesNo
from helpdesk.api.inputs import Input, Nothing, read_uploads, submission
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.attachments import SANDBOX
from helpdesk.api.v1.pages import LARGEST_PAGE, PageSchema, link_header
from helpdesk.api.v1.shown import NameOrNull, Shown
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.i18n import LANGUAGES, current_language
from helpdesk.core.i18n import gettext as _
from helpdesk.core.paging import PageOf
from helpdesk.knowledge import articles, files, publishing, reading, tasks, votes
from helpdesk.knowledge.articles import About, NewArticle, get_article
from helpdesk.knowledge.documents import article_document, listed_document, task_document
from helpdesk.knowledge.searches import note_search
from helpdesk.policy.actor import Actor
from knowledge_base.markup import MOST_BODY
from knowledge_base.models import Article, ArticleKind, ArticleState, AudienceKind, TaskState
from knowledge_base.writing import LONGEST_COMMENT, LONGEST_SUMMARY, LONGEST_TITLE, Words, best_of

bp = Blueprint("articles", __name__, description="Articles of the knowledge base.")
ONE = "/articles/<number>"


class ArticleFilterSchema(PageSchema):
    """Which articles: what is found for some words (without pages), or those of a category or product."""

    q = Text(400, metadata={"description": "The best first; `after` and `before` do not apply."})
    language = Language()
    category_id = RowId(in_query=True)
    product_id = RowId(in_query=True)


class LanguageSchema(Input):
    """In which language; without it the caller's own."""

    language = Language()


@dataclass(frozen=True)
class SentWords:
    title: str
    body: str
    summary: str = ""
    comment: str = ""
    base_id: int | None = None
    of_source_id: int | None = None


class ArticleWordsSchema(Input):
    """What the article is to say in one language."""

    makes = SentWords
    title = Text(LONGEST_TITLE, needed=True, required=True)
    summary = Text(LONGEST_SUMMARY)
    body = Text(MOST_BODY, required=True, metadata={"description": "Markdown."})
    comment = Text(LONGEST_COMMENT, metadata={"description": "What was changed."})
    base_id = RowId(metadata={"description": "`revision_id` of the words that were changed; 409 where others came "
                                             "since."})  # fmt: skip
    of_source_id = RowId(metadata={"description": "Of a translation: which revision of the original it translates."})


@dataclass(frozen=True)
class SentAbout:
    audience: AudienceKind = AudienceKind.OPERATORS
    line: int | None = None
    category_id: int | None = None
    products: tuple[int, ...] = ()
    owner_id: int | None = None
    review_on: date | None = None
    related: tuple[str, ...] = ()
    replaced_by: str = ""

    def about(self) -> About:
        return About(
            self.audience, self.line, self.category_id, tuple((each, None) for each in self.products), self.owner_id,
            self.review_on, tuple(self.related), self.replaced_by,
        )  # fmt: skip


class ArticleAboutSchema(Input):
    """What is the same in all languages. What is left out falls back to its default."""

    makes = SentAbout
    audience = Choice(AudienceKind)
    line = Number(1, 3)
    category_id = RowId()
    products = Several(RowId())
    owner_id = RowId()
    review_on = Day()
    related = Several(Text(20), most=20, metadata={"description": "Numbers of articles."})
    replaced_by = Text(20)


@dataclass(frozen=True)
class SentArticle:
    kind: ArticleKind
    title: str
    body: str
    language: str | None = None
    summary: str = ""
    audience: AudienceKind = AudienceKind.OPERATORS
    line: int | None = None
    products: tuple[int, ...] = ()
    category_id: int | None = None


class NewArticleSchema(Input):
    """A draft."""

    makes = SentArticle
    kind = Choice(ArticleKind, required=True)
    title = Text(LONGEST_TITLE, needed=True, required=True)
    body = Text(MOST_BODY, required=True, metadata={"description": "Markdown."})
    summary = Text(LONGEST_SUMMARY)
    language = Language()
    audience = Choice(AudienceKind)
    line = Number(1, 3)
    products = Several(RowId())
    category_id = RowId()


@dataclass(frozen=True)
class Comment:
    comment: str = ""
    replaced_by: str = ""


class ArticleCommentSchema(Input):
    makes = Comment
    comment = Text(LONGEST_COMMENT)


class ArticleEndSchema(ArticleCommentSchema):
    """Why it ends, and where its addresses lead."""

    replaced_by = Text(20)


@dataclass(frozen=True)
class SentVote:
    is_useful: bool
    missing: str = ""
    language: str | None = None


class ArticleVoteSchema(Input):
    """Whether it was useful."""

    makes = SentVote
    is_useful = YesNo(required=True)
    missing = Text(votes.LONGEST_MISSING)
    language = Language()


class TaskFilterSchema(Input):
    state = Choice(TaskState)


@dataclass(frozen=True)
class SentTask:
    title: str
    language: str
    note: str = ""
    query: str | None = None


class NewTaskSchema(Input):
    """An article that is to be written."""

    makes = SentTask
    title = Text(tasks.LONGEST_TITLE, needed=True, required=True)
    language = Language(required=True)
    note = Text(2000)
    query = Text(400)


class TaskEndSchema(Input):
    state = Choice(TaskState, required=True)


class ListedArticleSchema(Shown):
    """An article in a list."""

    number = fields.String(metadata={"examples": ["A-12"]})
    title = fields.String()
    summary = fields.String()
    snippet = NameOrNull()
    language = fields.String()
    path = fields.String()
    changed_at = Instant()


class ArticlesSchema(Shown):
    """Some articles, with the cursors of the pages after and before."""

    articles = fields.List(fields.Nested(ListedArticleSchema))
    after = fields.String(allow_none=True)
    before = fields.String(allow_none=True)


class ArticleSchema(Shown):
    """An article as it is read."""

    number = fields.String(metadata={"examples": ["A-12"]})
    kind = fields.String(metadata={"enum": list(ArticleKind)})
    state = fields.String(metadata={"enum": list(ArticleState)})
    language = fields.String()
    languages = fields.List(fields.String())
    title = fields.String()
    summary = NameOrNull()
    body = fields.String(metadata={"description": "Markdown; `A-12` and `files/7` are links of our own."})
    products = fields.List(fields.Integer())
    category_id = fields.Integer(allow_none=True)
    changed_at = Instant()
    useful = fields.Integer()
    not_useful = fields.Integer()


class StaffArticleSchema(ArticleSchema):
    """An article with what those who write it know."""

    audience = fields.String(metadata={"enum": list(AudienceKind)})
    line = fields.Integer(allow_none=True)
    source_language = fields.String()
    owner_id = fields.Integer(allow_none=True)
    review_on = fields.Date(allow_none=True)
    related = fields.List(fields.String())
    replaced_by = NameOrNull()
    reuses = fields.Integer()
    revision_id = fields.Integer(allow_none=True)
    is_live = fields.Boolean()
    is_pending = fields.Boolean()
    is_behind = fields.Boolean()


class TaskShownSchema(Shown):
    """Something that is to be written."""

    id = fields.Integer()
    title = fields.String()
    note = NameOrNull()
    query = NameOrNull()
    language = fields.String()
    state = fields.String(metadata={"enum": list(TaskState)})
    owner_id = fields.Integer(allow_none=True)
    article_id = fields.Integer(allow_none=True)
    created_at = Instant()


class TasksShownSchema(Shown):
    tasks = fields.List(fields.Nested(TaskShownSchema))


class ArticleFileSchema(Shown):
    """A file of an article."""

    id = fields.Integer()
    filename = fields.String()
    media_type = fields.String()
    size = fields.Integer()


class ArticleFilesSchema(Shown):
    files = fields.List(fields.Nested(ArticleFileSchema))


@dataclass(frozen=True)
class InLanguage:
    article: Article
    language: str


def _document(told: InLanguage, actor: Actor) -> dict[str, Any]:
    empty: dict[str, Any] = dict.fromkeys(StaffArticleSchema._declared_fields)
    return empty | article_document(told.article, told.language, for_=actor)


def _list(page: PageOf[dict[str, Any]], _actor: Actor) -> dict[str, Any]:
    return {"articles": list(page.rows), "after": page.after, "before": page.before}


ARTICLE = Representation(StaffArticleSchema(), ArticleSchema(), of=_document)
LIST = Representation(ArticlesSchema(), ArticlesSchema(), of=_list)
TASK = Representation(TaskShownSchema(), None, of=lambda task, _actor: task_document(task))
TASKS = Representation(TasksShownSchema(), None, of=lambda rows, _a: {"tasks": [task_document(row) for row in rows]})
FILES = Representation(ArticleFilesSchema(), ArticleFilesSchema(), of=lambda rows, _actor: {"files": list(rows)})


@bp.get("/articles")
@bp.takes(ArticleFilterSchema(), location="query")
@bp.gives(200, LIST)
def index(sent: dict[str, Any]) -> tuple[PageOf[dict[str, Any]], dict[str, str]]:
    """List what the caller may read, the newest first, or search it."""
    language = sent.pop("language", None) or current_language()
    asked = sent.pop("q", "")
    if asked.strip():
        size = min(sent["size"], LARGEST_PAGE)
        found = reading.search_articles(
            asked, for_=current_actor(), language=language, limit=size, product_id=sent.get("product_id")
        )
        note_search("api", "articles", asked, len(found), by=current_actor(), language=language,
                    filters=int(sent.get("product_id") is not None))  # fmt: skip
        return PageOf([listed_document(row, words.striptags()) for row, words in found], None, None), {}
    page = reading.list_articles(language, for_=current_actor(), **sent)
    rows = [listed_document(row) for row in page.rows]
    return PageOf(rows, page.after, page.before), link_header(page)


@bp.post("/articles")
@bp.takes(NewArticleSchema(), once=True)
@bp.gives(201, ARTICLE)
def create(sent: SentArticle) -> tuple[InLanguage, dict[str, str]]:
    """Begin an article as a draft."""
    language = sent.language or current_language()
    about = About(sent.audience, sent.line, sent.category_id, tuple((each, None) for each in sent.products))
    new = NewArticle(sent.kind, language, Words(sent.title, sent.body, sent.summary), about, submission())
    article = articles.begin_article(new, by=current_actor())
    return InLanguage(article, language), {"Location": url_for("api.articles.show", number=article.number)}


@bp.get(ONE)
@bp.takes(LanguageSchema(), location="query")
@bp.gives(200, ARTICLE)
def show(sent: dict[str, Any], number: str) -> InLanguage:
    """Read an article."""
    return InLanguage(_article(number), sent.get("language") or current_language())


@bp.put(f"{ONE}/words/<language>")
@bp.takes(ArticleWordsSchema())
@bp.gives(200, ARTICLE)
def save(sent: SentWords, number: str, language: str) -> InLanguage:
    """Write the article in one language; 409 where somebody else did since `base_id`."""
    if language not in LANGUAGES:
        raise NotFound
    words = Words(sent.title, sent.body, sent.summary, sent.comment, sent.of_source_id)
    articles.save_words(_article(number), language, words, base_id=sent.base_id, by=current_actor())
    return InLanguage(_article(number), language)


@bp.put(f"{ONE}/about")
@bp.takes(ArticleAboutSchema())
@bp.gives(200, ARTICLE)
def describe(sent: SentAbout, number: str) -> InLanguage:
    """Say for whom it is, on which shelf it stands, of which products it tells, who answers for it."""
    articles.describe_article(_article(number), sent.about(), by=current_actor())
    return _told(number)


@bp.post(f"{ONE}/review")
@bp.takes(Nothing())
@bp.gives(200, ARTICLE)
def ask_review(_sent: Any, number: str) -> InLanguage:
    """Ask for a second pair of eyes."""
    publishing.ask_review(_article(number), by=current_actor())
    return _told(number)


@bp.post(f"{ONE}/publication")
@bp.takes(Nothing())
@bp.gives(200, ARTICLE)
def publish(_sent: Any, number: str) -> InLanguage:
    """Let readers have the latest words."""
    publishing.publish_article(_article(number), by=current_actor())
    return _told(number)


@bp.post(f"{ONE}/refusal")
@bp.takes(ArticleCommentSchema())
@bp.gives(200, ARTICLE)
def refuse(sent: Comment, number: str) -> InLanguage:
    """Send words back, and say what is to be changed."""
    publishing.refuse_review(_article(number), sent.comment, by=current_actor())
    return _told(number)


@bp.post(f"{ONE}/outdated")
@bp.takes(ArticleCommentSchema())
@bp.gives(200, ARTICLE)
def outdate(sent: Comment, number: str) -> InLanguage:
    """Leave it to be read with a mark that it may not hold any more."""
    publishing.mark_outdated(_article(number), sent.comment, by=current_actor())
    return _told(number)


@bp.post(f"{ONE}/archive")
@bp.takes(ArticleEndSchema())
@bp.gives(200, ARTICLE)
def archive(sent: Comment, number: str) -> InLanguage:
    """Take it from its readers; its addresses lead to the article that replaces it, if any."""
    other = None
    if sent.replaced_by.strip():
        try:
            other = get_article(sent.replaced_by, for_=current_actor())
        except NotFound as error:
            words = _("There is no article %(number)s.", number=sent.replaced_by)
            raise Invalid({"replaced_by": [words]}) from error
    publishing.archive_article(_article(number), sent.comment, by=current_actor(), replaced_by=other)
    return _told(number)


@bp.post(f"{ONE}/draft")
@bp.takes(Nothing())
@bp.gives(200, ARTICLE)
def bring_back(_sent: Any, number: str) -> InLanguage:
    """Let an archived article be a draft again."""
    publishing.bring_back(_article(number), by=current_actor())
    return _told(number)


@bp.put(f"{ONE}/vote")
@bp.takes(ArticleVoteSchema())
@bp.gives(200, ARTICLE)
def vote(sent: SentVote, number: str) -> InLanguage:
    """Say whether it was useful; again, to change one's mind."""
    article, language = _article(number), sent.language or current_language()
    translation = best_of(article, (language,))
    if translation is None:
        raise NotFound
    votes.vote(article, translation, sent.is_useful, sent.missing, by=current_actor(), reader="")
    return _told(number)


@bp.get(f"{ONE}/files")
@bp.gives(200, FILES)
def list_files(number: str) -> Any:
    """List the files of an article that the caller may fetch."""
    rows = []
    for row in files.files_of(_article(number)):
        try:
            rows.append(files.get_file(row.id, for_=current_actor()))
        except NotFound:
            continue
    return rows


@bp.post(f"{ONE}/files")
@bp.takes(Nothing(), files=True)
@bp.gives(201, FILES)
def add_files(_sent: Any, number: str) -> Any:
    """Put files to an article; its text shows them as `files/<id>`."""
    uploads, article = read_uploads(), _article(number)
    if not uploads:
        raise Invalid({"files": [_("Fill in this field.")]})
    return files.add_files(article, uploads, by=current_actor())


@bp.get("/articles/files/<row_id:file_id>")
@bp.gives(200, media_type="application/octet-stream")
def file(file_id: int) -> Response:
    """Download a file of an article."""
    row = files.get_file(file_id, for_=current_actor())
    response = send_file(files.content_of(row), "application/octet-stream", as_attachment=True,
                         download_name=row.filename, etag=row.digest, conditional=False)  # fmt: skip
    response.content_length = row.size
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.make_conditional(request)
    return response


@bp.get("/article-tasks")
@bp.takes(TaskFilterSchema(), location="query")
@bp.gives(200, TASKS)
def list_tasks(sent: dict[str, Any]) -> Any:
    """List what is to be written, the oldest first."""
    return tasks.list_tasks(for_=current_actor(), state=sent.get("state") or TaskState.OPEN)


@bp.post("/article-tasks")
@bp.takes(NewTaskSchema())
@bp.gives(201, TASK)
def create_task(sent: SentTask) -> Any:
    """Note that an article is to be written; of one query there is one open task."""
    return tasks.ask_article(sent.title, sent.language, note=sent.note, query=sent.query, by=current_actor())


@bp.post("/article-tasks/<row_id:task_id>/article")
@bp.takes(Nothing())
@bp.gives(201, ARTICLE)
def begin_task(_sent: Any, task_id: int) -> InLanguage:
    """Begin the article of a task; again, to get the same."""
    article = tasks.begin_task(task_id, by=current_actor())
    return InLanguage(article, article.source_language)


@bp.put("/article-tasks/<row_id:task_id>/end")
@bp.takes(TaskEndSchema())
@bp.gives(200, TASK)
def end_task(sent: dict[str, Any], task_id: int) -> Any:
    """Say that it is done, or not to be written after all."""
    return tasks.end_task(task_id, sent["state"], by=current_actor())


def _article(number: str) -> Article:
    return get_article(number, for_=current_actor())


def _told(number: str) -> InLanguage:
    return InLanguage(_article(number), current_language())
