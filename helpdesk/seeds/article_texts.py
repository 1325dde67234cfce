"""The words of the demo's articles, in the languages in which they were written."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge_base.models import ArticleKind, ArticleState


@dataclass(frozen=True)
class Said:
    """An article in one language."""

    language: str
    title: str
    summary: str
    body: str


@dataclass(frozen=True)
class Text:
    """An article: its words, the original first, for whom it is, and how it fared."""

    key: str
    kind: ArticleKind
    shelf: str
    author: str
    words: tuple[Said, ...]
    products: tuple[str, ...] = ()
    audience: str = "public"
    line: int | None = None
    state: ArticleState = ArticleState.PUBLISHED
    days_ago: int = 60
    votes: tuple[int, int] = (0, 0)
    missing: str = ""


SHELVES = {
    "start": {"en": "First steps", "lt": "Pirmieji žingsniai", "ru": "С чего начать", "zh-Hans": "入门"},
    "printing": {"en": "Labels and receipts", "lt": "Etiketės ir čekiai", "ru": "Этикетки и чеки",
                 "zh-Hans": "标签与小票"},
    "network": {"en": "Network and connections", "lt": "Tinklas ir jungtys", "ru": "Сеть и подключения",
                "zh-Hans": "网络与连接"},
    "cold": {"en": "Cold chain", "lt": "Šalčio grandinė", "ru": "Холодильное оборудование", "zh-Hans": "冷链设备"},
    "desk": {"en": "For our own desk", "lt": "Mūsų tarnybai", "ru": "Для нашей службы", "zh-Hans": "内部使用"},
}  # fmt: skip

ARTICLES: tuple[Text, ...] = (
    Text("blank-labels-old", ArticleKind.KNOWN_ERROR, "printing", "kamil", (
        Said("en", "Lapris prints empty labels",
             "What to do when labels stay white.",
             "# What you see\n\nThe labels come out white.\n\n# What to do meanwhile\n\nSwitch the printer off and "
             "on.\n"),
    ), ("printer",), days_ago=85),
    Text("blank-labels", ArticleKind.KNOWN_ERROR, "printing", "kamil", (
        Said("en", "Labels of the Lapris L300 come out blank",
             "Nearly always the print head is dirty, or the roll lies the wrong way round. Both take five minutes.",
             "# What you see\n\nThe printer feeds labels, but they are white, or only the left part is printed.\n\n# "
             "Why\n\nDirt on the print head keeps the heat from the label. A roll of *thermal transfer* labels in a "
             "printer without ribbon stays white as well.\n\n# What to do meanwhile\n\n1. Scratch a label with a "
             "fingernail. If no dark line appears, it is the wrong kind of roll: put in **direct thermal** labels.\n"
             "2. Switch the printer off and wait two minutes: the head is hot.\n3. Open the cover and wipe the head "
             "with a cloth and isopropyl alcohol, in one direction.\n4. Let it dry, close the cover, and print a test"
             " label: hold **Feed** for three seconds.\n\n# When it is fixed\n\nFirmware 3.12 warns on the display "
             "before the head is too dirty to print.\n"),
        Said("lt", "„Lapris L300“ spausdina tuščias etiketes",
             "Beveik visada nešvari spausdinimo galvutė arba ritinys įdėtas atvirkščiai. Užtruks penkias minutes.",
             "# Ką matote\n\nSpausdintuvas stumia etiketes, bet jos baltos arba išspausdinta tik kairė dalis.\n\n# "
             "Kodėl\n\nNešvari galvutė neperduoda šilumos etiketei. Terminio pernašos etiketės be juostelės irgi "
             "lieka baltos.\n\n# Ką daryti kol kas\n\n1. Perbraukite etiketę nagu. Jei neatsiranda tamsi linija, "
             "įdėkite **tiesioginio terminio** spausdinimo etiketes.\n2. Išjunkite spausdintuvą ir palaukite dvi "
             "minutes: galvutė karšta.\n3. Nuvalykite galvutę šluoste su izopropilo alkoholiu, viena kryptimi.\n4. "
             "Leiskite nudžiūti ir išspausdinkite bandomąją etiketę: tris sekundes laikykite **Feed**.\n\n# Kada bus "
             "ištaisyta\n\n3.12 versijos programinė įranga įspėja iš anksto.\n"),
        Said("ru", "Lapris L300 печатает пустые этикетки",
             "Почти всегда загрязнена печатающая головка или рулон вставлен не той стороной. Это пять минут.",
             "# Что вы видите\n\nПринтер подаёт этикетки, но они белые или напечатана только левая часть.\n\n# Почему"
             "\n\nГрязь на головке не пропускает тепло. Этикетки для термотрансферной печати без ленты тоже остаются "
             "белыми.\n\n# Что делать пока\n\n1. Проведите по этикетке ногтем. Если тёмной линии нет, вставьте "
             "этикетки для **прямой термопечати**.\n2. Выключите принтер и подождите две минуты: головка горячая.\n3."
             " Протрите головку салфеткой с изопропиловым спиртом в одном направлении.\n4. Дайте высохнуть и "
             "напечатайте пробную этикетку: удерживайте **Feed** три секунды.\n\n# Когда будет исправлено\n\nПрошивка"
             " 3.12 предупреждает заранее.\n"),
        Said("zh-Hans", "Lapris L300 打印出空白标签",
             "多数情况是打印头脏了，或者标签卷装反了，五分钟即可解决。",
             "# 现象\n\n打印机正常走纸，但标签是白的，或者只打印了左半边。\n\n# 原因\n\n打印头上的污垢挡住了热量。没"
             "有碳带时使用热转印标签，也会是白的。\n\n# 临时办法\n\n1. 用指甲划一下标签。如果没有出现深色线条，请换成"
             "**热敏**标签。\n2. 关机并等待两分钟：打印头很烫。\n3. 用蘸有异丙醇的布朝一个方向擦拭打印头。\n4. 晾干后"
             "合上盖子，按住 **Feed** 三秒打印测试标签。\n\n# 何时修复\n\n3.12 版固件会提前提醒。\n"),
    ), ("printer",), days_ago=74, votes=(41, 4), missing="Which alcohol may I use when isopropyl is sold out?"),
    Text("change-roll", ArticleKind.HOW_TO, "printing", "egle", (
        Said("lt", "Kaip pakeisti etikečių ritinį „Lapris L300“",
             "Ritinį pakeisite per minutę; po to spausdintuvas pats išmatuoja etiketę.",
             "# Prieš pradedant\n\nReikia naujo ritinio, 40 mm šerdies.\n\n# Žingsniai\n\n1. Atidarykite dangtį ir "
             "išimkite seną šerdį.\n2. Įdėkite naują ritinį, etiketėmis į viršų.\n3. Ištraukite vieną etiketę pro "
             "plyšį ir uždarykite dangtį.\n4. Palaikykite **Feed**, kol spausdintuvas pyptels: jis išmatuoja etiketę."
             "\n\n# Kaip žinoti, kad pavyko\n\nBandomoji etiketė išspausdinta per vidurį.\n"),
        Said("en", "Change the label roll of the Lapris L300",
             "It takes a minute; afterwards the printer measures the label by itself.",
             "# Before you begin\n\nYou need a new roll with a core of 40 mm.\n\n# Steps\n\n1. Open the cover and "
             "take out the old core.\n2. Put in the new roll, labels upwards.\n3. Pull one label through the slot and"
             " close the cover.\n4. Hold **Feed** until the printer beeps: it measures the label.\n\n# How you know "
             "that it worked\n\nThe test label is printed in the middle.\n"),
    ), ("printer",), days_ago=66, votes=(18, 1)),
    Text("shift-close", ArticleKind.FAQ, "start", "egle", (
        Said("lt", "Kodėl neužsidaro pamaina?",
             "Dažniausiai liko neužbaigtas čekis arba nepatvirtintas kortelės mokėjimas.",
             "# Atsakymas\n\nPatikrinkite, ar nėra atidėto čekio: **Kasa → Atidėti čekiai**. Užbaikite arba "
             "panaikinkite jį ir uždarykite pamainą dar kartą.\n\n# Plačiau\n\nJei atidėtų čekių nėra, atidarykite "
             "**Mokėjimai → Nepatvirtinti** ir atlikite sutikrinimą su kortelių terminalu.\n"),
        Said("en", "Why can the shift not be closed?",
             "Usually a parked receipt or an unconfirmed card payment is left.",
             "# Answer\n\nLook for a parked receipt: **Checkout → Parked receipts**. Finish or void it, and close the"
             " shift again.\n\n# More about it\n\nIf there is none, open **Payments → Unconfirmed** and reconcile "
             "with the card terminal.\n"),
        Said("ru", "Почему не закрывается смена?",
             "Обычно остался отложенный чек или неподтверждённая оплата картой.",
             "# Ответ\n\nПроверьте отложенные чеки: **Касса → Отложенные чеки**. Завершите или аннулируйте чек и "
             "закройте смену ещё раз.\n\n# Подробнее\n\nЕсли их нет, откройте **Платежи → Неподтверждённые** и "
             "сделайте сверку с терминалом.\n"),
    ), ("pos",), days_ago=58, votes=(27, 3)),
    Text("pos-update", ArticleKind.HOW_TO, "start", "kamil", (
        Said("en", "Update a till to Tillora POS 6.5",
             "Close the shift first; the update takes ten minutes and needs no technician.",
             "# Before you begin\n\nThe shift is closed, and the till has at least 2 GB free.\n\n# Steps\n\n1. Open "
             "**Back office → Updates**.\n2. Choose 6.5.1 and press **Install after closing**.\n3. Leave the till "
             "switched on. It restarts twice.\n\n# How you know that it worked\n\nThe version stands at the foot of "
             "the sign-in page.\n"),
    ), ("pos",), state=ArticleState.OUTDATED, days_ago=80, votes=(6, 7), missing="Our menu has no Updates."),
    Text("scanner-wifi", ArticleKind.KNOWN_ERROR, "network", "irina", (
        Said("ru", "Сканер Skenva H2 теряет Wi-Fi",
             "Сканер отключается при переходе между точками доступа. Помогает закрепить диапазон 5 ГГц.",
             "# Что вы видите\n\nНа экране E-204, сканирование прерывается на 10–20 секунд.\n\n# Почему\n\nПри "
             "переходе между точками доступа сканер ждёт сеть 2,4 ГГц.\n\n# Что делать пока\n\n1. Откройте "
             "**Настройки → Сеть → Диапазон**.\n2. Выберите **только 5 ГГц** и сохраните.\n3. Перезапустите сканер.\n"
             "\n# Когда будет исправлено\n\nВ версии 2.9.\n"),
        Said("en", "The Skenva H2 scanner loses the Wi-Fi (E-204)",
             "It drops out between access points. Keeping it on 5 GHz helps until version 2.9.",
             "# What you see\n\nE-204 on the display; scanning stops for 10 to 20 seconds.\n\n# Why\n\nBetween two "
             "access points the scanner waits for the 2.4 GHz network.\n\n# What to do meanwhile\n\n1. Open "
             "**Settings → Network → Band**.\n2. Choose **5 GHz only** and save.\n3. Restart the scanner.\n\n# When "
             "it is fixed\n\nIn version 2.9.\n"),
        Said("lt", "Skaitytuvas „Skenva H2“ praranda „Wi-Fi“ (E-204)",
             "Ryšys nutrūksta pereinant tarp prieigos taškų. Padeda 5 GHz diapazonas.",
             "# Ką matote\n\nEkrane E-204, skenavimas sustoja 10–20 sekundžių.\n\n# Kodėl\n\nTarp prieigos taškų "
             "skaitytuvas laukia 2,4 GHz tinklo.\n\n# Ką daryti kol kas\n\n1. Atidarykite **Nustatymai → Tinklas → "
             "Diapazonas**.\n2. Pasirinkite **tik 5 GHz**.\n3. Paleiskite skaitytuvą iš naujo.\n\n# Kada bus "
             "ištaisyta\n\n2.9 versijoje.\n"),
    ), ("scanner",), audience="clients", days_ago=52, votes=(33, 5)),
    Text("kiosk-touch", ArticleKind.KNOWN_ERROR, "start", "lin", (
        Said("zh-Hans", "自助机触摸屏没有反应",
             "先擦拭屏幕边框，再重新校准，多数情况即可恢复。",
             "# 现象\n\n点击屏幕没有反应，或者点击位置偏移。\n\n# 原因\n\n边框里有灰尘或水渍，传感器误以为一直有手指"
             "按着。\n\n# 临时办法\n\n1. 用干布擦拭屏幕四周的边框。\n2. 在服务菜单选择**触摸屏 → 校准**。\n3. 重启自"
             "助机。\n\n# 何时修复\n\n4.1.2 版会自动忽略固定不动的触点。\n"),
        Said("en", "The touch screen of the kiosk does not react",
             "Clean the frame, calibrate, restart: that nearly always helps.",
             "# What you see\n\nTouches do nothing, or land beside the finger.\n\n# Why\n\nDust or water in the frame"
             " looks like a finger that stays.\n\n# What to do meanwhile\n\n1. Wipe the frame around the screen with "
             "a dry cloth.\n2. Choose **Touch screen → Calibrate** in the service menu.\n3. Restart the kiosk.\n\n# "
             "When it is fixed\n\nVersion 4.1.2 ignores touches that do not move.\n"),
    ), ("kiosk",), days_ago=44, votes=(12, 1)),
    Text("stock", ArticleKind.HOW_TO, "start", "kamil", (
        Said("en", "Take stock with Lentra WMS",
             "Freeze the zone, count with two scanners, compare, book the differences.",
             "# Before you begin\n\nYou need the right **Stocktake** and a charged scanner for each person.\n\n# "
             "Steps\n\n1. **Stocktake → New**, choose the zone and press **Freeze**.\n2. Count shelf by shelf. What "
             "two people counted alike is booked at once.\n3. Look at **Differences**, count those again, and book "
             "them.\n4. **Release** the zone.\n\n# How you know that it worked\n\nThe zone is green, and its list of "
             "differences is empty.\n"),
        Said("ru", "Инвентаризация в Lentra WMS",
             "Заморозьте зону, посчитайте вдвоём, сравните и проведите разницу.",
             "# Прежде чем начать\n\nНужно право **Инвентаризация** и заряженный сканер.\n\n# Шаги\n\n1. "
             "**Инвентаризация → Новая**, выберите зону и нажмите **Заморозить**.\n2. Считайте полку за полкой.\n3. "
             "Откройте **Расхождения**, пересчитайте и проведите.\n4. **Освободите** зону.\n\n# Как понять, что "
             "получилось\n\nЗона зелёная, список расхождений пуст.\n"),
    ), ("wms",), audience="clients", days_ago=38, votes=(9, 0)),
    Text("cold-alarm", ArticleKind.HOW_TO, "cold", "pawel", (
        Said("en", "What to do when the Ledva C90 raises a temperature alarm",
             "Close the door, look at the seal, move the goods after twenty minutes, and keep the log.",
             "# Before you begin\n\nWrite down the time and the temperature on the display.\n\n# Steps\n\n1. Close "
             "the door and look whether the seal lies flat all around.\n2. Press **Alarm** once: it is silent for "
             "twenty minutes and goes on measuring.\n3. If it is still above 8 °C then, move the goods to another "
             "cabinet and call us.\n\n# How you know that it worked\n\nThe temperature falls by a degree in three "
             "minutes. The [log](https://ledva.example/log) is kept for two years.\n"),
        Said("lt", "Ką daryti, kai „Ledva C90“ įspėja apie temperatūrą",
             "Uždarykite duris, patikrinkite tarpinę, po dvidešimties minučių perkelkite prekes.",
             "# Prieš pradedant\n\nUžsirašykite laiką ir temperatūrą.\n\n# Žingsniai\n\n1. Uždarykite duris ir "
             "patikrinkite, ar tarpinė priglunda.\n2. Vieną kartą paspauskite **Alarm**.\n3. Jei po dvidešimties "
             "minučių vis dar virš 8 °C, perkelkite prekes ir skambinkite mums.\n\n# Kaip žinoti, kad pavyko\n\n"
             "Temperatūra krinta po laipsnį per tris minutes.\n"),
    ), ("cold", "coldwatch",), days_ago=30, votes=(15, 2)),
    Text("certificate", ArticleKind.HOW_TO, "network", "kamil", (
        Said("en", "Renew the certificate of Jungta Connect",
             "Once a year, before it ends; without it no invoice reaches the accounts.",
             "# Before you begin\n\nYou need the right **Certificates**.\n\n# Steps\n\n1. **Settings → Certificates →"
             " Renew**.\n2. Confirm the fingerprint by telephone.\n3. Restart the connector.\n\n# How you know that "
             "it worked\n\nThe new date stands in the list.\n"),
    ), ("connect",), audience="clients", state=ArticleState.IN_REVIEW, days_ago=4),
    Text("triage", ArticleKind.HOW_TO, "desk", "ausra", (
        Said("en", "How we judge impact and urgency on line one",
             "Ask how many people stand still; never ask the client for the impact.",
             "# Before you begin\n\nThe client says how urgent it is. The impact is ours.\n\n# Steps\n\n1. Ask: *who "
             "cannot work now?*\n2. More than one shop: the whole organisation.\n3. Say when we are back, and write "
             "it as a promise.\n\n# How you know that it worked\n\nNobody on line two changes the priority.\n"),
    ), audience="operators", days_ago=70, votes=(3, 0)),
    Text("ping-pong", ArticleKind.FAQ, "desk", "jurgita", (
        Said("en", "A ticket comes back for the second time: whose is it?",
             "Line two keeps it, and calls line one by telephone.",
             "# Answer\n\nWhoever gets it for the second time keeps it, and telephones.\n\n# More about it\n\nThe "
             "lead of the line sees such tickets marked in the queue.\n"),
    ), audience="line", line=2, state=ArticleState.DRAFT, days_ago=6),
)  # fmt: skip
