"""Whether a message says "thank you" and nothing else; such a message reopens nothing."""

from __future__ import annotations

import re

LONGEST = 160
# Words of thanks, greeting and parting in the four languages; a message made of them alone asks for nothing.
_THANKING = frozenset(re.findall(r"\w+", """
    thank thanks thx cheers appreciated appreciate grateful
    ačiū aciu dėkui dekui dėkoju dekoju dėkojame dekojame dėkojam
    спасибо благодарю благодарим благодарна благодарен спс
"""))  # fmt: skip
_AROUND = frozenset(re.findall(r"\w+", """
    you very much so a lot many again for the your help quick fast reply support all everything works now it is working
    great perfect excellent super ok okay good fine nice day best kind regards wishes hi hello dear team
    labai jums tau už uz pagalbą pagalba greitą greita atsakymą atsakyma viskas veikia jau gerai puiku super geros
    dienos pagarbiai labas laba diena sveiki
    большое огромное вам тебе за помощь быстрый быструю ответ всё все работает теперь уже отлично хорошо супер
    хорошего дня с уважением здравствуйте добрый день привет
"""))  # fmt: skip
_CHINESE_THANKS = re.compile("谢|感谢")
_CHINESE = re.compile(
    "(谢谢|多谢|感谢|好的|收到|您|你|们|的|了|已经|可以|正常|没问题|帮助|帮忙|支持|非常|很|再见|祝好|啦|哈|太|回复|问题|解决)+"
)


def is_mere_thanks(text: str) -> bool:
    """True for a short message that thanks and says nothing else; a question or an unknown word makes it a message."""
    text = text.strip()
    if not text or len(text) > LONGEST or "?" in text or "？" in text:
        return False
    words = re.findall(r"[^\W\d_]+|\d+", text.casefold())
    if any("\u4e00" <= c <= "\u9fff" for c in text):
        return bool(_CHINESE_THANKS.search(text)) and all(_CHINESE.fullmatch(word) for word in words)
    # A name may follow as a signature: at most two words that we do not know, at the end.
    known = len(words)
    while known and len(words) - known < 2 and words[known - 1] not in _THANKING | _AROUND:
        known -= 1
    kept = words[:known]
    return any(word in _THANKING for word in kept) and all(word in _THANKING | _AROUND for word in kept)
