"""Whom to ask, about what, when: decided once for each occasion, and kept with its reason also where nobody is asked.

1. Each time a ticket is resolved is a cycle of its own. Its requester is asked how satisfied they are and, in the same
   letter, how easy it was; each of the two is drawn by itself.
2. After a revisit the contact who was visited is asked, unless whoever was there has asked already: what was said then
   is the answer. The ticket on which a visit is logged is not asked about once more.
3. An organisation is asked once a quarter, on a day of its own within the first two thirds of it, whether it would
   recommend us: of those whom the settings name the one who was not asked for the longest time and is not resting.
4. Whether somebody rests between two questions is decided when the letter would go (`sending`).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.i18n import DEFAULT_ZONE
from helpdesk.core.journal import Entry
from helpdesk.core.times import now
from helpdesk.events import TicketResolved
from helpdesk.models.access import STAFF, Account
from helpdesk.models.care import Revisit, RevisitOutcome
from helpdesk.models.people import Contact, ContactRole, Operator, Organisation
from helpdesk.models.satisfaction import NotAsked, Survey, SurveyKind, SurveyState, Via
from helpdesk.models.tickets import Ticket
from helpdesk.people.directory import teams
from helpdesk.policy.actor import SYSTEM
from helpdesk.satisfaction.follow_ups import follow_score
from helpdesk.satisfaction.quiet_hours import after_quiet
from helpdesk.satisfaction.sampling import is_drawn, sample_point
from helpdesk.satisfaction.survey_settings import SUPERVISOR, survey_settings

OF_A_RESOLUTION = (SurveyKind.CSAT, SurveyKind.CES)
KNOWN_FOR = timedelta(days=30)  # an organisation is asked whether it would recommend us
SPREAD_DAYS, LAST_DAYS = 60, 7  # of a quarter: over which all are asked; when waiting for somebody rested ends


@command
def plan_after_resolution(entry: Entry) -> None:
    """Decide whom to ask about a resolution. Again for the same one it changes nothing."""
    ticket = db.session.get_one(Ticket, entry.subject_id)
    if ticket.import_id is not None or _is_of_visit(ticket):
        return
    cycle = cycle_of(entry)
    if db.session.scalar(select(Survey.id).where(Survey.ticket_id == ticket.id, Survey.cycle == cycle).limit(1)):
        return
    contact = db.session.get_one(Contact, ticket.requester_id)
    by_operator = entry.actor_id if entry.actor_kind == "operator" else ticket.assignee_id
    lead: Survey | None = None
    for kind in OF_A_RESOLUTION:
        survey = _decide(
            kind, cycle, contact, entry.at, ("ticket", ticket.id), ticket_id=ticket.id,
            organisation_id=ticket.organisation_id, team_id=entry.payload.get("team_id") or ticket.team_id,
            line=entry.payload["line"], operator_id=by_operator, product_id=ticket.product_id,
            component_id=ticket.component_id, category_id=ticket.category_id, contract_id=ticket.contract_id,
            channel=ticket.channel, ticket_type=ticket.type, priority=ticket.priority,
        )  # fmt: skip
        if survey is None or survey.state is not SurveyState.PLANNED:
            continue
        if lead is None:
            db.session.flush()
            lead = survey
        else:
            survey.asked_with_id = lead.id


@command
def follow_closing(entry: Entry) -> None:
    """Silence closed a ticket: what is asked about its last resolution is counted apart."""
    if entry.payload["reason"] != "silence":
        return
    cycle = db.session.scalar(select(func.max(Survey.cycle)).where(Survey.ticket_id == entry.subject_id))
    query = select(Survey).where(Survey.ticket_id == entry.subject_id, Survey.cycle == (cycle or 0))
    for survey in db.session.scalars(query.with_for_update()):
        survey.closed_by_silence = True


@command
def plan_after_visit(entry: Entry) -> None:
    """Keep what was said at a revisit as an answer, or decide whether to ask about it."""
    revisit = db.session.get_one(Revisit, entry.subject_id)
    if db.session.scalar(select(Survey.id).where(Survey.revisit_id == revisit.id).limit(1)):
        return
    outcome = db.session.get(RevisitOutcome, revisit.id)
    contact = db.session.get(Contact, revisit.contact_id) if revisit.contact_id is not None else None
    team = teams().get(revisit.team_id or 0)
    counted_by: dict[str, Any] = {
        "revisit_id": revisit.id, "ticket_id": revisit.ticket_id, "organisation_id": revisit.organisation_id,
        "team_id": revisit.team_id, "line": team.line if team else None, "operator_id": revisit.operator_id,
        "contract_id": revisit.contract_id, "channel": revisit.channel,
    }  # fmt: skip
    if outcome is None or outcome.satisfaction is None:
        _decide(SurveyKind.REVISIT, 1, contact, entry.at, ("revisit", revisit.id), **counted_by)
        return
    survey = Survey(
        kind=SurveyKind.REVISIT, cycle=1, contact_id=contact.id if contact else None, state=SurveyState.ANSWERED,
        sample_point=sample_point(SurveyKind.REVISIT.value, "revisit", revisit.id, 1), sample_percent=100,
        happened_at=entry.at, planned_at=now(), due_at=entry.at, sent_at=entry.at, answered_at=entry.at, via=Via.SPOKEN,
        score=outcome.satisfaction, **counted_by,
    )  # fmt: skip
    db.session.add(survey)
    db.session.flush()
    follow_score(survey, by=SYSTEM)


def sweep_nps() -> int:
    """Plan the question of the quarter for the organisations whose day has come; returns for how many."""
    return plan_nps() if survey_settings().nps_on else 0


@command
def plan_nps(limit: int = 200) -> int:
    """Decide whom of each organisation to ask in this quarter; where all of them rest, it waits."""
    at, desk = now(), survey_settings()
    today = at.astimezone(ZoneInfo(DEFAULT_ZONE)).date()
    quarter, begins, ends = quarter_of(today)
    asked = select(Survey.id).where(
        Survey.kind == SurveyKind.NPS, Survey.cycle == quarter, Survey.organisation_id == Organisation.id
    )
    open_ = select(Organisation).where(
        Organisation.import_id.is_(None), Organisation.created_at <= at - KNOWN_FOR, ~asked.exists()
    )
    planned = 0
    for organisation in db.session.scalars(open_.order_by(Organisation.id)):
        if today < begins + timedelta(days=sample_point("day of nps", organisation.id) % SPREAD_DAYS):
            continue
        readers = _readers_of(organisation, desk.nps_readers.split())
        rested = [each for each in readers if not rests(each.id, at)]
        if readers and not rested and (ends - today).days > LAST_DAYS:
            continue
        contact = next(iter(rested or readers), None)
        survey = _decide(SurveyKind.NPS, quarter, contact, at, ("organisation", organisation.id), waits=False,
                         organisation_id=organisation.id)  # fmt: skip
        if survey is not None and survey.reason is None and not rested:
            survey.state, survey.reason = SurveyState.NOT_SENT, NotAsked.PAUSED
        planned += 1
        if planned >= limit:
            break
    return planned


def quarter_of(day: date) -> tuple[int, date, date]:
    """The number of a quarter, such as 20261, its first day, and the first of the next."""
    number = (day.month - 1) // 3
    begins = date(day.year, 3 * number + 1, 1)
    ends = date(day.year + (number == 3), (3 * number + 3) % 12 + 1, 1)
    return 10 * day.year + number + 1, begins, ends


def cycle_of(entry: Entry) -> int:
    """The how manieth resolution of its ticket a fact tells of."""
    return db.session.scalar(_resolutions(entry.subject_id, Entry.id <= entry.id)) or 0


def last_cycle(ticket_id: int) -> int:
    """How often a ticket was resolved up to now."""
    return db.session.scalar(_resolutions(ticket_id)) or 0


def zone_of(contact: Contact | None) -> str:
    """The zone on whose clock somebody is written to."""
    if contact is None:
        return DEFAULT_ZONE
    return contact.timezone or (contact.organisation.timezone if contact.organisation else DEFAULT_ZONE)


def is_one_of_us(contact: Contact) -> bool:
    """Whether a contact is of the desk's own people, by their address: nobody rates themselves."""
    if not contact.email:
        return False
    address = contact.email.lower()
    accounts = select(Account.id).where(func.lower(Account.email) == address, Account.role.in_(STAFF))
    found = db.session.scalar(select(or_(
        accounts.exists(), select(Operator.id).where(func.lower(Operator.email) == address).exists()
    )))  # fmt: skip
    return bool(found)


def rests(contact_id: int, at: datetime, *, beside: tuple[int, ...] = ()) -> bool:
    """Whether somebody was asked so lately, about whatever, that they are left in peace."""
    query = select(Survey.id).where(
        Survey.contact_id == contact_id, Survey.sent_at > at - survey_settings().pause, Survey.id.not_in(beside)
    )
    return db.session.scalar(query.limit(1)) is not None


def _decide(
    kind: SurveyKind, cycle: int, contact: Contact | None, at: datetime, occasion: tuple[str, int], *,
    waits: bool = True, **counted_by: Any,
) -> Survey | None:  # fmt: skip
    """The row that says whether somebody is asked; None where the desk asks nothing of this kind."""
    desk = survey_settings()
    if not desk.is_on(kind):
        return None
    point, percent = sample_point(kind.value, *occasion, cycle), desk.percent(kind)
    reason = None
    if contact is None or not contact.email:
        reason = NotAsked.NO_ADDRESS
    elif is_one_of_us(contact):
        reason = NotAsked.ONE_OF_US
    elif not is_drawn(point, percent):
        reason = NotAsked.NOT_SAMPLED
    due_at = at + timedelta(minutes=desk.delay_minutes if waits else 0)
    survey = Survey(
        kind=kind, cycle=cycle, contact_id=contact.id if contact else None,
        state=SurveyState.NOT_SENT if reason else SurveyState.PLANNED, reason=reason, sample_point=point,
        sample_percent=percent, happened_at=at, planned_at=now(),
        due_at=after_quiet(due_at, desk.quiet, zone_of(contact)), **counted_by,
    )  # fmt: skip
    db.session.add(survey)
    return survey


def _readers_of(organisation: Organisation, named: list[str]) -> list[Contact]:
    """Whom of an organisation to ask, who was not asked for the longest time first."""
    wanted: list[ColumnElement[bool]] = [Contact.id.in_(
        select(ContactRole.contact_id).where(ContactRole.role.in_([word for word in named if word != SUPERVISOR]))
    )]  # fmt: skip
    if SUPERVISOR in named:
        wanted.append(Contact.is_supervisor.is_(True))
    last = (
        select(func.max(Survey.sent_at)).where(Survey.contact_id == Contact.id, Survey.kind == SurveyKind.NPS)
        .scalar_subquery()
    )  # fmt: skip
    query = select(Contact).where(
        Contact.organisation_id == organisation.id, Contact.email.is_not(None), Contact.verified_at.is_not(None),
        or_(*wanted),
    ).order_by(last.is_not(None), last, Contact.id)  # fmt: skip
    return [each for each in db.session.scalars(query) if not is_one_of_us(each)]


def _is_of_visit(ticket: Ticket) -> bool:
    return db.session.scalar(select(Revisit.id).where(Revisit.ticket_id == ticket.id).limit(1)) is not None


def _resolutions(ticket_id: int, *conditions: Any) -> Any:
    return select(func.count()).select_from(Entry).where(
        Entry.subject_kind == "ticket", Entry.subject_id == ticket_id, Entry.fact == TicketResolved.__name__,
        *conditions,
    )  # fmt: skip
