"""Articles as pages: written in the console, read in the knowledge base, kept from strangers on every route."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask import Flask

from helpdesk.core.db import db
from helpdesk.core.pdf import can_make_pdf
from helpdesk.knowledge.articles import get_article, save_words
from helpdesk.knowledge.publishing import archive_article, publish_article
from helpdesk.models.knowledge import ArticleFlag, ArticleUse
from helpdesk.policy.actor import SYSTEM
from knowledge_base.models import Article, ArticleState, AudienceKind, Revision
from knowledge_base.writing import Words, source_of
from tests.cast import Cast
from tests.factories import a_ticket
from tests.knowledge.writing import BODY, TITLE, an_article, published, translated
from tests.page import Client
from tests.web.test_pages import queries

BrowserOf = Callable[[str], Client]
PICTURE = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
)


def articles() -> list[Article]:
    db.session.expire_all()
    return list(db.session.scalars(db.select(Article).order_by(Article.id)))


def test_an_article_is_written_reviewed_and_read(app: Flask, cast: Cast, browser_of: BrowserOf) -> None:
    ona, rasa, nobody = browser_of("ona"), browser_of("rasa"), Client(app)
    page = ona.get("/console/articles/new?kind=known_error")
    form = page.form("/console/articles")
    assert "What you see" in form.fields["body"]
    for _click in range(2):
        page = ona.submit(form, title=TITLE, body=BODY, language="en")
    assert page.heading == TITLE
    [article] = articles()
    here = f"/console/articles/{article.number}"
    page = ona.submit(page.form("/about"), audience="public")
    page = ona.submit(page.form("/review"))
    assert "waits for a colleague" in page.text
    assert not [form for form in page.forms if form.action.endswith("/publication")]
    assert article.number in rasa.get("/console/articles?view=review").text

    rasa.submit(rasa.get(here).form("/publication"))

    assert nobody.get("/kb/en/labels-come-out-blank").heading == TITLE


def test_a_refused_form_keeps_its_words(cast: Cast, browser_of: BrowserOf) -> None:
    article, ona = an_article(cast), browser_of("ona")
    page = ona.submit(ona.get("/console/articles/new").form("/console/articles"), title=" ", body="Kept.")
    assert page.status == 422
    assert page.form("/console/articles").fields["body"] == "Kept."
    page = ona.get(f"/console/articles/{article.number}/words/en")
    page = ona.submit(page.form("/words/en"), body="x" * 200_001)
    assert (page.status, "200001 characters" in page.text) == (422, True)


def test_two_editors_at_once_see_both_texts(cast: Cast, browser_of: BrowserOf) -> None:
    article = an_article(cast)
    path = f"/console/articles/{article.number}/words/en"
    ona, tomas = browser_of("ona"), browser_of("tomas")
    hers, his = ona.get(path).form("/words/en"), tomas.get(path).form("/words/en")
    ona.submit(hers, body="Hers alone.")
    page = tomas.submit(his, body="His alone.")
    assert page.status == 409
    assert "Hers alone." in page.text
    assert page.form("/words/en").fields["body"].strip() == "His alone."
    assert tomas.submit(page.form("/words/en"), body="Both.").status == 200
    bodies = db.session.scalars(db.select(Revision.body).order_by(Revision.id)).all()
    assert bodies == [BODY, "Hers alone.\n", "Both.\n"]


def test_what_changed_is_shown_and_restored(cast: Cast, browser_of: BrowserOf) -> None:
    article, ona = an_article(cast), browser_of("ona")
    save_words(article, "en", Words(TITLE, BODY.replace("Clean", "Wash")), base_id=source_of(article).latest_id,
               by=cast.ona)  # fmt: skip
    page = ona.get(f"/console/articles/{article.number}/revisions/en")
    assert "<del>Clean</del><ins>Wash</ins>" in page.html
    ona.submit(page.form("/revisions/en/1/restoration"))
    assert source_of(articles()[0]).latest.body == BODY


def test_a_translation_is_written_beside_its_original(cast: Cast, browser_of: BrowserOf) -> None:
    article, ona = published(cast), browser_of("ona")
    page = ona.get(f"/console/articles/{article.number}/words/lt")
    assert "Clean the print head" in page.text
    ona.submit(page.form("/words/lt"), title="Tuščios etiketės", body="Nuvalykite.")
    save_words(article, "en", Words(TITLE, "Wash it."), base_id=source_of(article).latest_id, by=cast.tomas)
    assert "the original has changed" in ona.get(f"/console/articles/{article.number}").text.lower()
    page = ona.get(f"/console/articles/{article.number}/words/lt")
    assert "<ins>Wash it.</ins>" in page.html


SCRIPTS = """<script>alert(1)</script>

[a](javascript:alert(1)) [b](data:text/html,x) ![c](https://elsewhere.example/x.png) <img src=x onerror=alert(1)>

[d]( "></a><b onclick=x> ![e](files/1"onerror=alert(1)) `<b>`

| a | b
|--
***bold _and broken
"""


def test_scripts_and_broken_markdown_are_inert(app: Flask, cast: Cast, browser_of: BrowserOf) -> None:
    ona = browser_of("ona")
    page = ona.submit(ona.get("/console/articles/new").form("/console/articles"), title="Scripts", body=SCRIPTS)
    shown = page.html.split('<article class="prose article"')[1].split("</article>")[0]
    for wrong in ("<script", 'href="javascript', "<img src=x", 'src="https', "<b onclick", 'href="data'):
        assert wrong not in shown, wrong
    token = ona.get("/console/articles").html.split('name="csrf-token" content="')[1].split('"')[0]
    with app.app_context():
        answer = ona.client.post(
            "/console/articles/preview", data={"csrf_token": token, "body": SCRIPTS}, headers={"HX-Request": "true"}
        )
    text = answer.get_data(as_text=True)
    assert "<script" not in text
    assert "Leads nowhere" in text


def test_pictures_are_served_to_the_audience_alone(app: Flask, cast: Cast, browser_of: BrowserOf) -> None:
    article = published(cast, audience=AudienceKind.CLIENTS, products=((cast.printer.id, None),))
    ona, nobody = browser_of("ona"), Client(app)
    here = f"/console/articles/{article.number}"
    page = ona.submit(ona.get(here).form("/files"), files=[(io.BytesIO(PICTURE), "head.png"),
                                                          (io.BytesIO(b"<script>1</script>"), "x.html")])  # fmt: skip
    first, second = (path for path in page.links.values() if path.startswith("/kb/files/"))
    number = first.split("/")[3]
    jonas, marek = browser_of("jonas"), browser_of("marek")
    jonas.get(first, status=404)  # no words that he reads show it
    save_words(article, "en", Words(TITLE, f"![Head](files/{number}) [x](files/{second.split('/')[3]})"),
               base_id=source_of(article).latest_id, by=cast.ona)  # fmt: skip
    publish_article(article, by=cast.rasa)
    answer = jonas.client.get(first)
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    answer.close()
    answer = jonas.client.get(second)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    answer.close()
    assert first in jonas.get("/kb/en/labels-come-out-blank").html
    for path in (first, second):
        marek.get(path, status=404)
        nobody.get(path, status=404)
    ona.submit(ona.get(here).form(f"/files/{number}/removal"))
    jonas.get(first, status=404)


def test_a_pasted_picture_gives_its_markdown(app: Flask, cast: Cast, browser_of: BrowserOf) -> None:
    article, ona = an_article(cast), browser_of("ona")
    token = ona.get("/console/articles").html.split('name="csrf-token" content="')[1].split('"')[0]
    with app.app_context():
        answer = ona.client.post(
            f"/console/articles/{article.number}/files", headers={"Accept": "application/json", "X-CSRFToken": token},
            data={"files": [(io.BytesIO(PICTURE), "pasted.png")]},
        )  # fmt: skip
    assert answer.get_json()[0]["markdown"].startswith("![pasted.png](files/")


def routes_of(article: Article, cast: Cast) -> list[str]:
    return [
        "/kb/en/labels-come-out-blank", "/kb/en/labels-come-out-blank/print", "/kb/en/labels-come-out-blank/pdf",
        f"/kb/articles/{article.number}", f"/console/articles/{article.number}",
        f"/console/articles/{article.number}/words/en", f"/console/articles/{article.number}/revisions/en",
    ]  # fmt: skip


@pytest.mark.parametrize("audience", [AudienceKind.CLIENTS, AudienceKind.OPERATORS])
def test_no_route_shows_the_stranger_an_article(
    app: Flask, cast: Cast, browser_of: BrowserOf, audience: AudienceKind
) -> None:
    article = published(cast, audience=audience, products=((cast.printer.id, None),), title=TITLE)
    marek, nobody = browser_of("marek"), Client(app)
    for path in routes_of(article, cast):
        marek.get(path, status=404)
        if path.startswith("/kb"):
            nobody.get(path, status=404)
    for path in ("/kb", "/kb/search?q=labels+blank", "/kb/suggestions?subject=labels+blank", "/kb/sitemap.xml",
                 "/kb/feed.xml"):  # fmt: skip
        for who in (marek, nobody):
            page = who.get(path)
            assert "labels-come-out-blank" not in page.html
            assert TITLE not in page.html
    marek.get(f"/kb/products/{cast.printer.id}", status=404)
    token = marek.get("/kb").html.split('name="csrf-token" content="')[1].split('"')[0]
    with app.app_context():
        answer = marek.client.post(f"/kb/articles/{article.number}/vote", data={"csrf_token": token, "useful": "true"})
    assert answer.status_code == 404
    save_words(article, "en", Words("Renamed", BODY), base_id=source_of(article).latest_id, by=cast.ona)
    publish_article(article, by=cast.rasa)
    marek.get("/kb/en/labels-come-out-blank", status=404)  # a former address tells a stranger nothing
    archive_article(article, by=cast.rasa)
    marek.get("/kb/en/renamed", status=404)


def test_a_draft_is_nowhere_for_readers(app: Flask, cast: Cast, browser_of: BrowserOf) -> None:
    article = an_article(cast)
    for who in (Client(app), browser_of("jonas"), browser_of("birute")):
        who.get(f"/kb/articles/{article.number}", status=404)
        assert TITLE not in who.get("/kb/search?q=labels").text
    browser_of("birute").get(f"/console/articles/{article.number}", status=404)


def test_addresses_lead_on(app: Flask, cast: Cast) -> None:
    article, other = published(cast), published(cast, title="Another")
    translated(article, "lt", "Tuščios etiketės", cast)
    save_words(article, "en", Words("Renamed", BODY), base_id=source_of(article).latest_id, by=cast.ona)
    publish_article(article, by=cast.rasa)
    nobody = Client(app)
    moved = nobody.client.get("/kb/en/labels-come-out-blank")
    assert (moved.status_code, moved.location) == (301, "/kb/en/renamed")
    assert nobody.client.get(f"/kb/articles/{article.number}").location.endswith("/kb/en/renamed")
    page = nobody.get("/kb/en/renamed")
    assert 'hreflang="lt" href="http://' in page.html
    assert '<link rel="canonical" href="http://' in page.html
    assert "noindex" not in page.html
    lithuanian = nobody.get("/kb/lt/tuscios-etiketes")
    assert '<html lang="lt"' in lithuanian.html
    archive_article(article, by=cast.rasa, replaced_by=other)
    assert nobody.client.get("/kb/en/renamed").location == "/kb/en/another"
    archive_article(other, by=cast.rasa)
    nobody.get("/kb/en/renamed", status=410)
    nobody.get("/kb/en/never-there", status=404)


def test_the_sitemap_and_the_feed_hold_what_is_public(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        published(cast, title=f"Public {number}")
    nobody = Client(app)
    assert nobody.get("/kb/sitemap.xml").html.count("<loc>") == 3
    feed = nobody.get("/kb/feed.xml?language=en").html
    assert feed.count("<entry>") == 3
    monkeypatch.setattr("helpdesk.web.portal.articles.SITEMAP_SIZE", 2)
    index = nobody.get("/kb/sitemap.xml").html
    assert "<sitemapindex" in index
    parts = [nobody.get(f"/kb/sitemap-{part}.xml").html.count("<loc>") for part in (1, 2)]
    assert parts == [2, 1]
    nobody.get("/kb/sitemap-9.xml", status=404)


def test_a_reader_says_what_was_missing_without_signing_in(app: Flask, cast: Cast, browser_of: BrowserOf) -> None:
    article, nobody = published(cast), Client(app)
    for useful in ("false", "true"):
        page = nobody.get("/kb/en/labels-come-out-blank")
        page = nobody.submit(page.form("/vote"), useful=useful, missing="Which alcohol?")
    [row] = articles()
    assert (row.useful, row.not_useful) == (1, 0)
    page = nobody.submit(nobody.get("/kb/en/labels-come-out-blank").form("/vote"), useful="true", missing="x" * 2001)
    assert page.status == 422
    ona = browser_of("ona")
    page = ona.get(f"/console/articles/{article.number}")
    assert "Which alcohol?" in page.text
    page = ona.submit(next(form for form in page.forms if form.action.endswith("/note")))
    assert "Which alcohol?" not in page.text


def test_an_article_is_a_pdf_or_where_none_can_be_made_a_page_for_the_printer(app: Flask, cast: Cast) -> None:
    published(cast)
    answer = Client(app).client.get("/kb/en/labels-come-out-blank/pdf")
    if can_make_pdf():
        assert answer.get_data().startswith(b"%PDF")
    else:
        assert answer.status_code == 302 and answer.location.endswith("/kb/en/labels-come-out-blank/print")


def test_pages_of_readers_cost_few_queries(app: Flask, cast: Cast, browser_of: BrowserOf) -> None:
    for number in range(12):
        published(cast, title=f"Printer matter {number}", products=((cast.printer.id, None),))
    nobody = Client(app)
    for path, most in (
        ("/kb", 14), ("/kb/search?q=printer", 14), (f"/kb/products/{cast.printer.id}", 14),
        ("/kb/en/printer-matter-3", 16), ("/kb/suggestions?subject=printer", 12),
    ):  # fmt: skip
        nobody.get(path)
        with queries(most, path):
            nobody.get(path)
    ona = browser_of("ona")
    ona.get("/console/articles")
    with queries(22, "/console/articles"):
        ona.get("/console/articles")


def test_a_ticket_becomes_a_draft_in_one_step(cast: Cast, browser_of: BrowserOf) -> None:
    told = "Call me at +370 612 34567 or jonas@klinika.example. Printer 88412-B. Regards, Jonas"
    ticket = a_ticket(cast, subject="Jonas: blank labels at Klinika", text=told)
    ona = browser_of("ona")
    form = ona.get(f"/console/tickets/{ticket.number}").form("/article")
    for _click in range(2):
        page = ona.submit(form)
    [article] = articles()
    words = source_of(article).latest
    for personal in ("Jonas", "Klinika", "612", "jonas@", "88412"):
        assert personal not in words.title + words.body, personal
        assert personal in page.text
    [use] = db.session.scalars(db.select(ArticleUse)).all()
    assert (use.ticket_id, use.kind.value) == (ticket.id, "written_from")


def test_an_article_is_given_linked_and_flagged_on_a_ticket(cast: Cast, browser_of: BrowserOf) -> None:
    article = published(cast)
    inside = published(cast, title="Blank labels inside", audience=AudienceKind.OPERATORS)
    ticket, ona = a_ticket(cast, subject="Blank labels"), browser_of("ona")
    here = f"/console/tickets/{ticket.number}"
    page = ona.get(here)
    fitting = ona.get(page.links["Show fitting articles"])
    assert TITLE in fitting.text
    part = ona.get(f"{here}/articles/fitting", headers={"HX-Request": "true"})
    assert "Link into the reply" in part.text and "<html" not in part.html
    composer = page.form("/messages")
    composer.action = f"{here}/articles/insertion"
    page = ona.submit(composer, body="Hello,", insert=f"{article.number}/link")
    body = page.form("/messages").fields["body"]
    assert body.startswith("Hello,")
    assert "/kb/en/labels-come-out-blank" in body
    ona.submit(composer, insert=f"{inside.number}/text", follow=False)
    page = ona.submit(ona.get(here).form("/articles"), article=inside.number)
    assert page.status == 200
    ona.submit(ona.get(here).form("/articles"), article=inside.number)
    kinds = [use.kind.value for use in db.session.scalars(db.select(ArticleUse).order_by(ArticleUse.id))]
    assert kinds == ["inserted", "linked"]
    assert [row.reuses for row in articles()] == [1, 1]
    page = ona.submit(ona.get(here).form("/articles/flag"), article=article.number, article_comment=" ")
    assert page.status == 422
    ona.submit(ona.get(here).form("/articles/flag"), article=article.number, article_comment="No alcohol!")
    [flag] = db.session.scalars(db.select(ArticleFlag)).all()
    rasa = browser_of("rasa")
    assert article.number in rasa.get("/console/articles?view=flagged").text
    page = rasa.get(f"/console/articles/{article.number}")
    rasa.submit(page.form(f"/flags/{flag.id}/answer"), answer="Mended.")
    assert db.session.get_one(ArticleFlag, flag.id, populate_existing=True).answer == "Mended."
    page = ona.submit(ona.get(here).form("/articles"), article="A-99999")
    assert page.status == 422


def test_tasks_are_noted_begun_and_ended(cast: Cast, browser_of: BrowserOf) -> None:
    ona = browser_of("ona")
    page = ona.get("/console/article-tasks")
    assert ona.submit(page.form("/article-tasks"), title=" ").status == 422
    page = ona.submit(page.form("/article-tasks"), title="How to change the roll", language="en")
    page = ona.submit(page.form("/article"))
    assert page.heading == "How to change the roll"
    [article] = articles()
    page = ona.get("/console/article-tasks")
    assert article.number in page.text
    ona.submit(page.form("/end"), state="dropped")
    assert "change the roll" in ona.get("/console/article-tasks?state=dropped").text
    browser_of("birute").get("/console/article-tasks", status=403)


def test_the_new_request_form_asks_for_suggestions(cast: Cast, browser_of: BrowserOf) -> None:
    published(cast)
    jonas = browser_of("jonas")
    page = jonas.get("/portal/tickets/new")
    assert "/kb/suggestions" in page.html
    assert TITLE in jonas.get("/kb/suggestions?subject=labels&text=blank", headers={"HX-Request": "true"}).text


def test_everybody_finds_their_own_through_the_number(cast: Cast) -> None:
    assert get_article(an_article(cast).number.lower(), for_=SYSTEM).state is ArticleState.DRAFT
