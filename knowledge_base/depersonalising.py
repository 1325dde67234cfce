"""Personal data out of a text that is to become an article. Pure.

1. What has a form goes first: mail addresses, links with credentials or secrets in them, IBANs, telephone and card
   numbers, network addresses.
2. Then what is known of the ticket by name: people with the endings that Lithuanian and Russian put on a name,
   organisations and serial numbers as whole words in any case.
3. Each is put aside for a word in brackets, and the author is shown what was taken out and how often. What has no form
   and is not known stays: the author reads the proposal before anybody else does.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

NAME, ORGANISATION, SERIAL, EMAIL, LINK, ACCOUNT, PHONE, CARD, NETWORK, SECRET = (
    "name", "organisation", "serial", "email", "link", "account", "phone", "card", "network", "secret",
)  # fmt: skip
PUT_IN = {
    "en": {NAME: "[name]", ORGANISATION: "[organisation]", SERIAL: "[serial number]", EMAIL: "[mail address]",
           LINK: "[link]", ACCOUNT: "[account number]", PHONE: "[telephone]", CARD: "[card number]",
           NETWORK: "[network address]", SECRET: "[secret]"},
    "lt": {NAME: "[vardas]", ORGANISATION: "[organizacija]", SERIAL: "[serijos numeris]", EMAIL: "[el. paštas]",
           LINK: "[nuoroda]", ACCOUNT: "[sąskaitos numeris]", PHONE: "[telefonas]", CARD: "[kortelės numeris]",
           NETWORK: "[tinklo adresas]", SECRET: "[slaptažodis]"},
    "ru": {NAME: "[имя]", ORGANISATION: "[организация]", SERIAL: "[серийный номер]", EMAIL: "[эл. почта]",
           LINK: "[ссылка]", ACCOUNT: "[номер счёта]", PHONE: "[телефон]", CARD: "[номер карты]",
           NETWORK: "[сетевой адрес]", SECRET: "[пароль]"},
    "zh-Hans": {NAME: "[姓名]", ORGANISATION: "[单位]", SERIAL: "[序列号]", EMAIL: "[邮箱]", LINK: "[链接]",
                ACCOUNT: "[账号]", PHONE: "[电话]", CARD: "[卡号]", NETWORK: "[网络地址]", SECRET: "[密码]"},
}  # fmt: skip
_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (LINK, re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/@]+@[^\s<>()]+", re.IGNORECASE)),
    (LINK, re.compile(
        r"\bhttps?://[^\s<>()]*[?&](?:token|key|secret|password|pass|pwd|sig|session|code|auth)[^\s<>()]*",
        re.IGNORECASE)),
    (EMAIL, re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")),
    (ACCOUNT, re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,3})?\b")),
    (SECRET, re.compile(
        r"((?:password|passwort|pwd|slaptažodis|пароль|密码)\s*(?:is|yra|это|是)?\s*[:=：]\s*)\S+", re.IGNORECASE)),
    (CARD, re.compile(r"(?<!\d)(?:\d{4}[ -]){3}\d{4}(?!\d)")),
    (NETWORK, re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")),
    (NETWORK, re.compile(r"\b(?:[0-9A-F]{2}[:-]){5}[0-9A-F]{2}\b", re.IGNORECASE)),
    (PHONE, re.compile(r"(?<![\w.])\+\d[\d ()./-]{6,18}\d(?![\w])")),
    (PHONE, re.compile(r"(?<![\w.+-])(?:8|0)[ -]?\(?\d{2,3}\)?[ -]?\d{2,3}[ -]?\d{2,5}(?:[ -]?\d{2})?(?![\w-])")),
    (PHONE, re.compile(r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")),
)  # fmt: skip
_CJK = re.compile(r"[\u3400-\u9fff]")
_LEGAL_FORM = re.compile(r"\b(?:UAB|AB|MB|VšĮ|OÜ|AS|SIA|Ltd|LLC|GmbH|Sp\. z o\.o\.|ООО|ТОО|АО)\b\.?|[\"'«»„“”,]")
SHORTEST_NAME = 3


@dataclass(frozen=True)
class Taken:
    """Something that was taken out: of which kind, what it was, how often."""

    kind: str
    text: str
    times: int


def known_names(people: Iterable[str], organisations: Iterable[str], serials: Iterable[str]) -> dict[str, str]:
    """What is known by name → its kind: whole names and each part of a person's name."""
    known: dict[str, str] = {}
    for serial in serials:
        known[serial.strip()] = SERIAL
    for name in organisations:
        known[name.strip()] = ORGANISATION
        bare = re.sub(
            r"\b(?:UAB|AB|MB|VšĮ|OÜ|AS|SIA|Ltd|LLC|GmbH|Sp\. z o\.o\.|ООО|ТОО|АО)\b\.?|[\"'«»„“”,]", " ", name
        )
        known.setdefault(" ".join(bare.split()), ORGANISATION)
    for name in people:
        known[name.strip()] = NAME
        for part in name.split():
            known.setdefault(part, NAME)
    return {text: kind for text, kind in known.items() if len(text) >= SHORTEST_NAME or (_CJK.search(text) and
                                                                                        len(text) > 1)}  # fmt: skip


def depersonalise(text: str, known: Mapping[str, str], language: str) -> tuple[str, list[Taken]]:
    """The text without personal data, and what was taken out of it."""
    words, taken = PUT_IN.get(language, PUT_IN["en"]), Counter[tuple[str, str]]()

    def put(kind: str, keep: int = 0) -> object:
        def replaced(found: re.Match[str]) -> str:
            before = found[keep] if keep else ""
            taken[kind, found[0].removeprefix(before)] += 1
            return before + words[kind]

        return replaced

    for kind, pattern in _FORMS:
        text = pattern.sub(put(kind, keep=1 if pattern.groups else 0), text)  # type: ignore[call-overload]
    for name in sorted(known, key=len, reverse=True):
        text = _pattern_of(name, known[name]).sub(put(known[name]), text)  # type: ignore[call-overload]
    return text, [Taken(kind, what, times) for (kind, what), times in sorted(taken.items())]


def _pattern_of(name: str, kind: str) -> re.Pattern[str]:
    if _CJK.search(name):
        return re.compile(re.escape(name))
    if kind == NAME and len(name) > SHORTEST_NAME and " " not in name:
        # Jonas, Jono, Jonui; Иван, Ивана: a name without its ending, and any short ending.
        stem = re.sub(r"(?:as|is|ys|us|ė|a|а|я|й|ь)$", "", name, flags=re.IGNORECASE)
        endings = 3 if len(stem) > SHORTEST_NAME else 2
        if len(stem) >= SHORTEST_NAME:
            return re.compile(rf"(?<!\w){re.escape(stem)}\w{{0,{endings}}}(?!\w)")
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
