"""The demo's problems: four in different states with tickets of the demo's clients, and a past major incident.

Tickets are chosen by words of their subject, so that they fit what the problem is about.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from helpdesk.core.db import db
from helpdesk.core.times import pretending
from helpdesk.models.problems import CauseCategory, CauseMethod, Problem, ProblemState
from helpdesk.models.products import Version
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actor import Actor
from helpdesk.problems.causes import Cause, ask_why, name_cause, write_workaround
from helpdesk.problems.majors import NewMajor, News, declare_major, end_major, take_major, update_major
from helpdesk.problems.problems import Affected, NewProblem, Step, link_tickets, move_problem, open_problem
from helpdesk.problems.reviews import NewReview, hold_incident_review, hold_joint_review
from helpdesk.seeds.company import Company

OPERATOR, LEAD, SECOND, MANAGER = "kamil", "ausra", "pawel", "robert"
MOST_LINKED = 12


@dataclass(frozen=True)
class Plot:
    """A problem of the demo: what it is, which tickets come from it, how far it has come."""

    title: str
    description: str
    product: str
    words: tuple[str, ...]
    state: ProblemState
    days: int  # since it was opened
    whys: tuple[tuple[str, str], ...] = ()
    category: CauseCategory = CauseCategory.UNKNOWN
    cause: str = ""
    workarounds: dict[str, str] = field(default_factory=dict)
    plan_in_days: int = 21
    review: str = ""
    actions: str = ""


PLOTS = (
    Plot(
        "Every second label is blank since firmware 3.11",
        "Since firmware 3.11 the printer feeds one empty label after each printed one. Rolls with gaps only; "
        "continuous "
        "rolls are fine. Downgrading to 3.10 helps.",
        "printer", ("firmware 3.11", "empty labels", "empty", "3.11", "Lipdukų spausdintuvas spausdina", "впустую",
                    "跳空白标签"),
        ProblemState.CLOSED, 58,
        (("Why is there an empty label?", "The printer does not see the gap and feeds to the next one."),
         ("Why does it not see the gap?", "The gap sensor is read while the motor still turns at full speed."),
         ("Why is it read then?", "3.11 feeds faster, and the sensor's timing was not changed with it."),
         ("Why was that not noticed?", "All test rolls in the lab are continuous.")),
        CauseCategory.CODE, "3.11 feeds faster without new timing of the gap sensor; no test roll had gaps.",
        {"en": "Set **Menu > Feed > Speed** to 4 or lower. Labels come singly again; nothing else changes.",
         "lt": "Nustatykite **Menu > Feed > Speed** 4 arba mažiau. Etiketės vėl bus spausdinamos po vieną.",
         "ru": "Установите **Menu > Feed > Speed** на 4 или меньше. Пустых этикеток больше не будет.",
         "zh-Hans": "把 **Menu > Feed > Speed** 设为 4 或更低，就不会再出空白标签。"},
        review="The fault was known to the desk three days before development heard of it: nobody had linked "
               "the tickets. "
               "The laboratory tests with continuous rolls only.",
        actions="Rolls with gaps in every test of firmware: Daniel, done\nTickets with one firmware and one "
                "symptom are "
                "linked on the first day: Aušra, done",
    ),
    Plot(
        "Shift close hangs at 99 %",
        "The bar stays at 99 %, and the Z report is missing. In every case a voucher was voided on the same "
        "day. Tills can "
        "go on selling.",
        "pos", ("99 %", "99%", "Shift close", "neužsidaro", "pamainos", "Смена не закрывается", "日结"),
        ProblemState.FIX_PLANNED, 24,
        (("Why does it hang?", "The close waits for a reversal number that never comes."),
         ("Why does it not come?", "A voided voucher gets its number from the next day's counter.")),
        CauseCategory.CODE, "The reversal of a voucher is numbered by the counter of the next day, which is not "
                            "open yet.",
        {"en": "Open **Reversals > Confirm without number**, confirm the voucher, and close the shift again. "
               "The Z report "
               "comes at once.",
         "lt": "Atverkite **Reversals > Confirm without number**, patvirtinkite kuponą ir uždarykite pamainą "
               "dar kartą. "
               "Z ataskaita atsiras iškart.",
         "ru": "Откройте **Reversals > Confirm without number**, подтвердите ваучер и закройте смену ещё раз. Z-отчёт "
               "появится сразу.",
         "zh-Hans": "打开 **Reversals > Confirm without number**，确认代金券，然后再次日结，Z 报表会立即生成。"},
    ),
    Plot(
        "Scanners lose Wi-Fi between access points",
        "H2 scanners drop the network when they are carried from one access point to the next. Only in networks "
        "with WPA3.",
        "scanner", ("Wi-Fi", "WPA3", "no connection", "ryšį", "теряют сеть", "断网"),
        ProblemState.KNOWN_ERROR, 12,
        (("Why do they drop it?", "The new access point refuses their quick handover."),),
        CauseCategory.SUPPLIER, "The radio's driver does not know fast roaming with WPA3; its maker works on it.",
        {"en": "Let the network offer WPA2 and WPA3 together (transition mode). Scanners then roam without a break.",
         "lt": "Leiskite tinklui siūlyti WPA2 ir WPA3 kartu (pereinamasis režimas). Skaitytuvai nebepraras ryšio.",
         "ru": "Включите в сети WPA2 и WPA3 одновременно (переходный режим). Сканеры не будут терять связь.",
         "zh-Hans": "让网络同时提供 WPA2 和 WPA3（过渡模式），扫描枪漫游时就不会断网。"},
    ),
    Plot(
        "Gateways report offline every night at two",
        "Ledva Watch says that the gateway is offline for four to seven minutes, every night about two o'clock. The "
        "measurements of that time arrive later; nothing is lost.",
        "coldwatch", ("Nightly offline", "šliuzas", "Naktį vis", "Каждую ночь", "网关离线"),
        ProblemState.INVESTIGATING, 5,
        (("Why are they offline?", "They restart their link when the provider renews addresses."),),
    ),
    Plot(
        "Exchange with accounting fails: certificate expired (0x52)",
        "All exchanges with accounting and suppliers fail with 0x52 since midnight: our intermediate "
        "certificate expired.",
        "connect", ("0x52",), ProblemState.FIXED, 40,
        (("Why did they fail?", "The intermediate certificate of the exchange expired."),
         ("Why was it not renewed?", "It was in no calendar: only the end certificates were watched.")),
        CauseCategory.PROCESS, "The intermediate certificate was watched by nobody.",
        {"en": "Install the certificate bundle from the download page, or wait for the automatic update tonight.",
         "lt": "Įdiekite sertifikatų paketą iš atsisiuntimų puslapio arba palaukite automatinio naujinimo šiąnakt.",
         "ru": "Установите пакет сертификатов со страницы загрузок или дождитесь автоматического обновления ночью.",
         "zh-Hans": "从下载页面安装证书包，或等待今晚的自动更新。"},
    ),
)  # fmt: skip

NEWS = (
    {"en": "Exchange with accounting does not work since midnight (error 0x52). Nothing is lost: documents wait in the "
           "queue. We are renewing a certificate.",
     "lt": "Nuo vidurnakčio neveikia mainai su apskaita (klaida 0x52). Niekas neprarasta: dokumentai laukia eilėje. "
           "Atnaujiname sertifikatą.",
     "ru": "С полуночи не работает обмен с бухгалтерией (ошибка 0x52). Ничего не потеряно: документы ждут в "
           "очереди. Мы "
           "обновляем сертификат.",
     "zh-Hans": "从午夜起与财务系统的交换中断（错误 0x52）。数据没有丢失，单据在队列中等待。我们正在更新证书。"},
    {"en": "The new certificate is there. Whoever cannot wait installs the bundle from the download page; all "
           "others get it "
           "within two hours.",
     "lt": "Naujas sertifikatas paruoštas. Kas negali laukti, įdiekite paketą iš atsisiuntimų puslapio; kiti jį "
           "gaus per dvi "
           "valandas.",
     "ru": "Новый сертификат готов. Кто не может ждать, установите пакет со страницы загрузок; остальные получат его в "
           "течение двух часов.",
     "zh-Hans": "新证书已就绪。急用者请从下载页面安装证书包，其余客户两小时内自动更新。"},
    {"en": "Exchange works again for everybody. The queues are empty.",
     "lt": "Mainai vėl veikia visiems. Eilės tuščios.",
     "ru": "Обмен снова работает у всех. Очереди пусты.",
     "zh-Hans": "所有客户的交换已恢复，队列已清空。"},
)  # fmt: skip


def find_problems(company: Company, *, until: datetime) -> None:
    """Open the demo's problems, each in its state, and its one major incident. Part of a larger activity."""
    for plot in PLOTS:
        tickets = _tickets(company, plot)
        begun = until - timedelta(days=plot.days)
        with pretending(begun):
            problem = _open(company, plot, [each for each in tickets if each.opened_at < begun])
        for ticket in tickets:
            if ticket.opened_at >= begun:
                with pretending(min(ticket.opened_at + timedelta(hours=2), until)):
                    link_tickets(problem, [ticket], by=company.staff[OPERATOR])
        if plot.state in (ProblemState.KNOWN_ERROR, ProblemState.FIX_PLANNED):
            link_tickets(problem, [each for each in tickets if each.is_open], by=company.staff[OPERATOR],
                         waits_for_fix=True)  # fmt: skip
        _bring(company, plot, problem, until=until)
        if plot.product == "connect" and tickets:
            _major(company, problem, tickets[0], until - timedelta(days=plot.days))


def _tickets(company: Company, plot: Plot) -> list[Ticket]:
    """The tickets of this product whose subjects say so, the oldest first."""
    says = or_(*(Ticket.subject.contains(words, autoescape=True) for words in plot.words))
    query = select(Ticket).where(Ticket.product_id == company.products[plot.product], says)
    return list(db.session.scalars(query.order_by(Ticket.opened_at).limit(MOST_LINKED)))


def _open(company: Company, plot: Plot, tickets: list[Ticket]) -> Problem:
    by = company.staff[OPERATOR]
    affected = Affected(company.products[plot.product])
    new = NewProblem(plot.title, plot.description, (affected,), tuple(tickets), company.staff[SECOND].account_id)
    return open_problem(new, by=by)


def _bring(company: Company, plot: Plot, problem: Problem, *, until: datetime) -> None:
    by, lead = company.staff[SECOND], company.staff[LEAD]
    begun = until - timedelta(days=plot.days)
    with pretending(begun + timedelta(hours=3)):
        move_problem(problem, ProblemState.INVESTIGATING, by=by)
        for question, answer in plot.whys:
            ask_why(problem, question, answer, by=by)
    if not plot.cause:
        return
    with pretending(begun + timedelta(days=1)):
        name_cause(problem, Cause(CauseMethod.FIVE_WHYS, plot.category, plot.cause), by=by)
        for language, text in plot.workarounds.items():
            write_workaround(problem, language, text, by=by)
        move_problem(problem, ProblemState.KNOWN_ERROR, by=by)
    if plot.state is ProblemState.KNOWN_ERROR:
        return
    version = _last_version(company, plot.product)
    with pretending(begun + timedelta(days=3)):
        planned = (until + timedelta(days=plot.plan_in_days)).date()
        move_problem(problem, ProblemState.FIX_PLANNED, Step(version_id=version, planned_on=planned), by=lead)
    if plot.state is ProblemState.FIX_PLANNED:
        return
    with pretending(begun + timedelta(days=16)):
        move_problem(problem, ProblemState.FIXED, Step(version_id=version), by=lead)
    if plot.state is ProblemState.CLOSED:
        with pretending(begun + timedelta(days=30)):
            held = (begun + timedelta(days=30)).date()
            people = (company.staff[LEAD].name, company.staff[OPERATOR].name)
            hold_joint_review(
                problem, NewReview(held, ", ".join(people), plot.review, company.staff["daniel"].name, plot.actions),
                by=lead,
            )  # fmt: skip
            move_problem(problem, ProblemState.CLOSED, by=lead)


def _last_version(company: Company, product: str) -> int | None:
    query = select(Version.id).where(Version.product_id == company.products[product]).order_by(Version.id.desc())
    return db.session.scalar(query.limit(1))


def _major(company: Company, problem: Problem, ticket: Ticket, at: datetime) -> None:
    lead: Actor = company.staff[LEAD]
    with pretending(at):
        major = declare_major(
            ticket, NewMajor("Nobody can send documents to accounting: 214 wait at one client alone.", NEWS[0],
                             company.products["connect"], at + timedelta(hours=1), problem_id=problem.id), by=lead,
        )  # fmt: skip
    with pretending(at + timedelta(minutes=8)):
        take_major(major, by=lead)
    with pretending(at + timedelta(minutes=55)):
        update_major(major, News(NEWS[1], at + timedelta(hours=3)), by=lead)
    with pretending(at + timedelta(hours=2, minutes=40)):
        end_major(major, News(NEWS[2]), by=lead)
    with pretending(at + timedelta(days=4)):
        hold_incident_review(
            major, NewReview(
                (at + timedelta(days=4)).date(), f"{lead.name}, {company.staff[MANAGER].name}",
                "Eight minutes from the first call to a lead, two hours and forty minutes to the end. Clients "
                "were told in "
                "time, twice. The certificate was in nobody's calendar.", company.staff["daniel"].name,
                "Every certificate of the exchange is watched, 60 days ahead: Daniel, done\nThe notice is "
                "prepared in four "
                "languages for the exchange: Aušra, done",
            ), by=lead,
        )  # fmt: skip
