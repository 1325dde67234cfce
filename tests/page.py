"""A browser without JavaScript: signs in, follows redirects, fills forms, and checks every page it fetches."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from helpdesk.core.i18n import LANGUAGES
from tests.cast import PASSWORD

VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
OPTIONAL_END = frozenset(["p", "li", "dt", "dd", "option", "tr", "td", "th", "thead", "tbody", "tfoot"])


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, Any]
    buttons: list[tuple[str, str]]

    def check(self, name: str, value: str, *, several: bool) -> None:
        """A box or a choice that is on; of several boxes with one name all are sent."""
        known = self.fields.get(name) if several else None
        self.fields[name] = value if known is None else [*(known if isinstance(known, list) else [known]), value]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[str] = []
        self.problems: list[str] = []
        self.ids: list[str] = []
        self.labels: set[str] = set()
        self.wrapped_in_label = 0
        self.unlabelled: list[str] = []
        self.headings: list[str] = []
        self.texts: list[str] = []
        self.title = ""
        self.lang = ""
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.inline: list[str] = []
        self._form: Form | None = None
        self._text_of: list[str] = []
        self._hidden = 0
        self._textarea: str | None = None
        self._select: str | None = None
        self._link: str | None = None
        self._link_text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {k: v or "" for k, v in attrs}
        if len(a) != len(attrs):
            self.problems.append(f"<{tag}> says an attribute twice")
        if "style" in a or any(k.startswith("on") for k in a) or a.get("href", "").startswith("javascript:"):
            self.inline.append(f"<{tag} {a}>")
        if "id" in a:
            self.ids.append(a["id"])
        if tag == "html":
            self.lang = a.get("lang", "")
        if tag == "script" and "src" not in a:
            self.inline.append("<script>")
        if tag == "label":
            self.wrapped_in_label += 1
            self.labels.add(a.get("for", ""))
        if tag == "form":
            self._form = Form(a.get("action", ""), a.get("method", "get").lower(), {}, [])
            self.forms.append(self._form)
        if tag in ("input", "select", "textarea") and a.get("type") not in ("hidden", "submit", "button"):
            named = a.get("aria-label") or a.get("aria-labelledby") or a.get("title") or self.wrapped_in_label
            if not named:
                self.unlabelled.append(a.get("id", "") or a.get("name", "?"))
        if self._form is not None:
            self._field(tag, a)
        if tag == "a" and "href" in a:
            self._link, self._link_text = a["href"], ""
        if tag not in VOID:
            self.stack.append(tag)

    def _field(self, tag: str, a: dict[str, str]) -> None:
        assert self._form is not None
        name = a.get("name", "")
        if tag == "textarea":
            self._textarea = name
            self._form.fields.setdefault(name, "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select is not None:
            if "selected" in a or self._select not in self._form.fields:
                self._form.fields[self._select] = a.get("value", "")
        elif tag == "button":
            self._form.buttons.append((name, a.get("value", "")))
        elif tag == "input" and name:
            kind = a.get("type", "text")
            if kind in ("checkbox", "radio"):
                if "checked" in a:
                    self._form.check(name, a.get("value", "on"), several=kind == "checkbox")
            elif kind not in ("file", "submit"):
                self._form.fields[name] = a.get("value", "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.stack.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag == "label":
            self.wrapped_in_label -= 1
        if tag == "form":
            self._form = None
        if tag == "textarea":
            self._textarea = None
        if tag == "select":
            self._select = None
        if tag == "a" and self._link is not None:
            self.links.append((self._link, " ".join(self._link_text.split())))
            self._link = None
        while self.stack and self.stack[-1] != tag and self.stack[-1] in OPTIONAL_END:
            self.stack.pop()
        if not self.stack or self.stack[-1] != tag:
            self.problems.append(f"</{tag}> closes {self.stack[-3:]}")
        else:
            self.stack.pop()

    def handle_data(self, data: str) -> None:
        if self._textarea is not None and self._form is not None:
            self._form.fields[self._textarea] = str(self._form.fields[self._textarea]) + data.removeprefix("\n")
        if self._link is not None:
            self._link_text += data
        if self.stack and self.stack[-1] == "title" and "svg" not in self.stack:
            self.title += data
        if any(h in self.stack for h in ("h1",)):
            self.headings.append(data)
        if not {"script", "style"} & set(self.stack):
            self.texts.append(data)


class Page:
    """An answer with its page, checked when it was fetched."""

    def __init__(self, response: TestResponse, path: str) -> None:
        self.response = response
        self.path = path
        self.status = response.status_code
        self.html = response.get_data(as_text=True)
        response.close()
        self._read = _Reader()
        if response.mimetype == "text/html":
            self._read.feed(self.html)
            self._check()

    @property
    def text(self) -> str:
        return " ".join(" ".join(self._read.texts).split())

    @property
    def heading(self) -> str:
        return " ".join(" ".join(self._read.headings).split())

    @property
    def links(self) -> dict[str, str]:
        return {text: href for href, text in self._read.links}

    @property
    def forms(self) -> list[Form]:
        return self._read.forms

    def form(self, ending: str) -> Form:
        """The form whose action ends so."""
        for form in self.forms:
            if form.action.split("?")[0].endswith(ending):
                return form
        raise AssertionError(f"no form to {ending} on {self.path}: {[f.action for f in self.forms]}")

    def _check(self) -> None:
        read, where = self._read, f"{self.path} ({self.status})"
        fragment = not self.html.lstrip().lower().startswith("<!doctype html>")
        assert not read.problems, f"{where}: {read.problems[:3]}"
        assert not read.inline, f"{where}: inline code {read.inline[:3]}"
        doubled = {i for i in read.ids if read.ids.count(i) > 1}
        assert not doubled, f"{where}: ids said twice {doubled}"
        unlabelled = [i for i in read.unlabelled if i not in read.labels]
        assert not unlabelled, f"{where}: fields without a label {unlabelled}"
        for form in read.forms:
            if form.method == "post":
                assert "csrf_token" in form.fields, f"{where}: a form without its token: {form.action}"
        if not fragment:
            assert read.title.strip(), f"{where}: no title"
            assert len([h for h in read.headings if h.strip()]) >= 1, f"{where}: no heading"
            assert read.lang in LANGUAGES, f"{where}: language {read.lang!r}"
        assert not re.search(r"<[a-z_.]+ object at", self.text), where


class Client:
    """Somebody in front of the desk."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()
        self.here = "/"  # the page one stands on, as a browser would say

    def sign_in(self, email: str, password: str = PASSWORD) -> Client:
        page = self.get("/sign-in")
        page = self.submit(page.form("/sign-in"), email=email, password=password)
        assert page.status == 200, page.text[:300]
        return self

    def get(self, path: str, status: int = 200, **kwargs: Any) -> Page:
        page = Page(self._fetch("GET", path, **kwargs), path)
        assert page.status == status, f"{path}: {page.status} {page.text[:400]}"
        return page

    def submit(self, form: Form, *, files: Any = None, follow: bool = True, **values: Any) -> Page:
        sent = {k: v for k, v in (form.fields | values).items() if v is not None}
        if files:
            sent["files"] = files
        keyword = {"data": sent} if form.method == "post" else {"query_string": sent}
        return Page(self._fetch(form.method.upper(), form.action, follow=follow, **keyword), form.action)

    def _fetch(self, method: str, path: str, *, follow: bool = True, **kwargs: Any) -> TestResponse:
        headers = {"Referer": "http://localhost" + self.here, **kwargs.pop("headers", {})}
        for _hop in range(10):
            # A context of its own for each request, as on a server: nothing of the one before is left in `g`.
            with self.app.app_context():
                response = self.client.open(path, method=method, headers=headers, **kwargs)
            if not (follow and response.status_code in (301, 302, 303, 307, 308)):
                self.here = path if method == "GET" else self.here
                return response
            path, method, kwargs = response.location, "GET", {}
        raise AssertionError(f"redirects in a circle: {path}")
