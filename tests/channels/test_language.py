"""In which language a stranger writes."""

from __future__ import annotations

import pytest

from helpdesk.channels.language import guess_language


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("The printer prints blank labels since this morning.", "en"),
        ("Nuo šio ryto spausdintuvas spausdina tuščias etiketes.", "lt"),
        ("Ačiū", "lt"),
        ("С утра принтер печатает пустые этикетки.", "ru"),
        ("今天早上开始,打印机打印空白标签。", "zh-Hans"),
        ("打印机型号 ZT-411,固件版本 V92.21.26Z,驱动程序 Zebra Setup Utilities。", "zh-Hans"),
        ("プリンターが動きません。", "en"),
        ("프린터가 작동하지 않습니다.", "en"),
        ("Od rana drukarka drukuje puste etykiety, proszę o pomoc, ponieważ nie możemy wysyłać.", "en"),
        ("Od rána tiskárna tiskne prázdné štítky, prosím o pomoc, protože nemůžeme odesílat zboží.", "en"),
        ("Kopš rīta printeris drukā tukšas etiķetes, lūdzu, palīdziet, mēs nevaram nosūtīt preces.", "en"),
        ("Seit heute früh druckt der Drucker leere Etiketten, wir können nichts mehr verschicken.", "en"),
        ("The printer prints blank labels since this morning and we cannot ship.\n\nRegards,\nŽilvinas", "en"),
        ("The printer prints blank labels since this morning.\n\nС уважением, Олег", "en"),
        ("Принтер ZT-411 не печатает, на экране: media out. Что делать?", "ru"),
        ("", "en"),
        ("12345 !!!", "en"),
    ],
)
def test_the_language_of_a_text(text: str, tag: str) -> None:
    assert guess_language(text) == tag
