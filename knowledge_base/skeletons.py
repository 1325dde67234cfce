"""What an article begins with: the parts of a known error, a how-to and a FAQ, in its own language."""

from __future__ import annotations

from knowledge_base.models import ArticleKind

_PARTS: dict[ArticleKind, dict[str, tuple[tuple[str, str], ...]]] = {
    ArticleKind.KNOWN_ERROR: {
        "en": (
            ("What you see", "The words of the error, where and when it appears."),
            ("Why", "The cause, if it is known."),
            ("What to do meanwhile", "1. The first step\n2. The next step"),
            ("When it is fixed", "The version or the day, if it is known."),
        ),
        "lt": (
            ("Ką matote", "Klaidos tekstas, kur ir kada ji pasirodo."),
            ("Kodėl", "Priežastis, jei ji žinoma."),
            ("Ką daryti kol kas", "1. Pirmas žingsnis\n2. Kitas žingsnis"),
            ("Kada bus ištaisyta", "Versija arba diena, jei žinoma."),
        ),
        "ru": (
            ("Что вы видите", "Текст ошибки, где и когда она появляется."),
            ("Почему", "Причина, если она известна."),
            ("Что делать пока", "1. Первый шаг\n2. Следующий шаг"),
            ("Когда будет исправлено", "Версия или день, если известно."),
        ),
        "zh-Hans": (
            ("现象", "错误提示的原文，在哪里、什么时候出现。"),
            ("原因", "已知的原因。"),
            ("临时办法", "1. 第一步\n2. 下一步"),
            ("何时修复", "已知的版本或日期。"),
        ),
    },
    ArticleKind.HOW_TO: {
        "en": (
            ("Before you begin", "What you need: rights, a version, a cable."),
            ("Steps", "1. The first step\n2. The next step"),
            ("How you know that it worked", "What you see when all is well."),
        ),
        "lt": (
            ("Prieš pradedant", "Ko reikia: teisių, versijos, laido."),
            ("Žingsniai", "1. Pirmas žingsnis\n2. Kitas žingsnis"),
            ("Kaip žinoti, kad pavyko", "Ką matote, kai viskas gerai."),
        ),
        "ru": (
            ("Прежде чем начать", "Что нужно: права, версия, кабель."),
            ("Шаги", "1. Первый шаг\n2. Следующий шаг"),
            ("Как понять, что получилось", "Что вы видите, когда всё в порядке."),
        ),
        "zh-Hans": (
            ("准备工作", "需要什么：权限、版本、线缆。"),
            ("步骤", "1. 第一步\n2. 下一步"),
            ("如何确认成功", "一切正常时会看到什么。"),
        ),
    },
    ArticleKind.FAQ: {
        "en": (("Answer", "The short answer first."), ("More about it", "Details and exceptions.")),
        "lt": (("Atsakymas", "Pirma trumpas atsakymas."), ("Plačiau", "Smulkmenos ir išimtys.")),
        "ru": (("Ответ", "Сначала короткий ответ."), ("Подробнее", "Детали и исключения.")),
        "zh-Hans": (("回答", "先给出简短的回答。"), ("详细说明", "细节和例外。")),
    },
}


def skeleton(kind: ArticleKind, language: str) -> str:
    """The Markdown that an article of this kind begins with."""
    by_language = _PARTS[kind]
    parts = by_language.get(language, by_language["en"])
    return "\n\n".join(f"# {title}\n\n{words}" for title, words in parts) + "\n"


def filled(kind: ArticleKind, language: str, *texts: str) -> str:
    """The same with texts in the place of the first hints."""
    parts = list(_PARTS[kind].get(language, _PARTS[kind]["en"]))
    return "\n\n".join(
        f"# {title}\n\n{texts[n] if n < len(texts) and texts[n].strip() else words}"
        for n, (title, words) in enumerate(parts)
    ) + "\n"  # fmt: skip
