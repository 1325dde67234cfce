"""`ticket`: a ticket's whole life, each step as somebody (`--as`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from helpdesk.aftersales import work
from helpdesk.aftersales.documents import work_document
from helpdesk.cli.access import team_named
from helpdesk.cli.face import Command, Exit, Group, Refused, View, acting, answer, answering, text_of
from helpdesk.cli.showing import list_text, row_document, ticket_document, ticket_text, whole_document
from helpdesk.core.command import transaction
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.models.contracts import WorkLog
from helpdesk.models.tickets import Channel, Impact, LinkKind, Priority, Status, Ticket, TicketType, Urgency
from helpdesk.people import accounts, directory, organisations
from helpdesk.people.directory import Named
from helpdesk.policy.actor import Actor
from helpdesk.tickets import (
    agreed_times,
    assignment,
    classification,
    conversation,
    escalation,
    intake,
    linking,
    priority,
    queries,
    resolution,
    states,
    tags,
)
from helpdesk.tickets.attachments import StoredUpload, store_upload
from helpdesk.tickets.conversation import NewCall, NewMessage
from helpdesk.tickets.intake import NewTicket
from helpdesk.tickets.judging import BreachCause


def _words(words: type) -> click.Choice[str]:
    return click.Choice([word.value for word in words])  # type: ignore[attr-defined]


number_argument = click.argument("number")
text_option = click.option("--text", required=True, metavar="TEXT", help="The words; - takes them from standard input.")
reason_option = click.option("--reason", required=True, metavar="TEXT", help="Why; - takes it from standard input.")
team_option = click.option("--team", "team_name", help="The team that gets it, by name.")
attach_option = click.option("--attach", "files", multiple=True, metavar="FILE", help="A file. Can be repeated.")
scheduled_option = click.option(
    "--scheduled-for", metavar="TIME", help="Of the status scheduled: when; ISO 8601, without offset in your own zone."
)
key_option = click.option("--key", metavar="KEY", help="The same key a second time does nothing and tells the first.")


def request_options(view: View) -> View:
    """The options that describe what a client asks for."""
    options = (
        click.option("--subject", required=True, help="In a few words."),
        text_option,
        click.option("--type", "kind", type=_words(TicketType), default="incident", show_default=True),
        click.option("--urgency", type=_words(Urgency), default="medium", show_default=True),
        click.option("--impact", type=_words(Impact), default="person", show_default=True, help="Said by operators."),
        click.option("--requester", metavar="EMAIL", help="For an operator: the contact who asks."),
        click.option("--product", help="The product, by name."),
        click.option("--category", help="The category, by name."),
        click.option("--tag", "tag_names", multiple=True, help="A tag. Can be repeated."),
        attach_option,
        key_option,
    )
    for option in reversed(options):
        view = option(view)
    return view


@click.group(cls=Group)
def ticket() -> None:
    """Tickets: open, read, answer, move between the lines, resolve."""


@ticket.command("create")
@request_options
@click.option("--channel", type=_words(Channel), default="api", show_default=True, help="How the request came.")
@acting
@answering
def create(by: Actor, form: str, channel: str, **request: Any) -> None:
    """Open a ticket: a contact for themselves, an operator for a contact.

    \b
    Example:
      threeline ticket create --as jonas@client.example --subject "Printer" --text "It prints nothing." --json
    """
    opened = intake.open_ticket(_new_ticket(by, **request), by=by, channel=Channel(channel))
    _answer(form, opened, by)


@ticket.command("call")
@request_options
@click.option("--answer", "said", default="", metavar="TEXT", help="What you told the client.")
@click.option("--resolved", is_flag=True, help="That solved it: resolve and close in one step.")
@click.option("--channel", type=_words(Channel), default="phone", show_default=True, help="How you spoke.")
@acting
@answering
def call(by: Actor, form: str, said: str, resolved: bool, channel: str, **request: Any) -> None:
    """Write down a conversation by phone or in person, with what was answered.

    \b
    Example:
      threeline ticket call --as ona@desk.example --requester jonas@client.example --subject "Password" \\
        --text "He forgot it." --answer "I sent the link." --resolved
    """
    new = NewCall(_new_ticket(by, **request), text_of(said), is_resolved=resolved)
    _answer(form, conversation.register_call(new, by=by, channel=Channel(channel)), by)


@ticket.command("show")
@number_argument
@acting
@answering
def show(number: str, by: Actor, form: str) -> None:
    """Show a ticket with its messages and, to staff, its timeline.

    \b
    Example:
      threeline ticket show T-12 --as ona@desk.example
    """
    if classification.leaves_trace(by):
        with transaction():
            classification.note_reading(_ticket(number, by), by=by)
    document = whole_document(_ticket(number, by), for_=by)
    answer(form, document, lambda: ticket_text(document))


@ticket.command("list")
@click.option("--view", "view_name", type=click.Choice(list(queries.VIEWS)), help="A list of the console.")
@click.option("--open/--finished", "is_open", default=None, help="Only open ones, or only finished ones.")
@click.option("--status", type=_words(Status))
@click.option("--priority", "level", type=_words(Priority))
@click.option("--type", "kind", type=_words(TicketType))
@click.option("--channel", type=_words(Channel))
@click.option("--line", type=click.IntRange(1, 3))
@team_option
@click.option("--limit", type=click.IntRange(1, 500), default=queries.PAGE_SIZE, show_default=True)
@click.option("--after", metavar="CURSOR", help="Go on where the last page ended: its `after`.")
@acting
@answering
def list_(
    by: Actor, form: str, view_name: str | None, is_open: bool | None, status: str | None, level: str | None,
    kind: str | None, channel: str | None, line: int | None, team_name: str | None, limit: int, after: str | None,
) -> None:  # fmt: skip
    """List the tickets that the account sees: newest first, or a list of the console by what is due next.

    \b
    Example:
      threeline ticket list --as ona@desk.example --view queue
      threeline ticket list --as ona@desk.example --status waiting_client --json
    """
    narrowed = queries.Filter(
        status=Status(status) if status else None, priority=Priority(level) if level else None,
        type=TicketType(kind) if kind else None, channel=Channel(channel) if channel else None, line=line,
        team_id=team_named(team_name).id if team_name else None,
    )  # fmt: skip
    if view_name:
        if is_open is not None:
            raise click.UsageError("--view says already whether tickets are open.")
        page = queries.list_view(view_name, for_=by, narrowed=narrowed, after=after, size=limit)
    else:
        page = queries.list_tickets(for_=by, narrowed=narrowed, is_open=is_open, after=after, size=limit)
    rows = [row_document(row) for row in page.rows]
    answer(form, {"tickets": rows, "after": page.after}, lambda: list_text(rows))


@ticket.command("reply")
@number_argument
@text_option
@click.option("--status", type=_words(Status), help="By staff: what the ticket becomes with this reply.")
@scheduled_option
@attach_option
@key_option
@acting
@answering
def reply(
    number: str, text: str, status: str | None, scheduled_for: str | None, files: Sequence[str], key: str | None,
    by: Actor, form: str,
) -> None:  # fmt: skip
    """Write on a ticket in public: staff to the client, a contact to the desk.

    \b
    Example:
      threeline ticket reply T-12 --as ona@desk.example --text "Which model is it?" --status waiting_client
    """
    if by.is_client and status:
        raise click.UsageError("--status is for staff.")
    new = _new_message(by, text, files, key)

    def speak_on(found: Ticket) -> Ticket:
        if by.is_client:
            spoken = conversation.receive_reply(found, new, by=by, channel=Channel.API)
        else:
            wanted, at = Status(status) if status else None, _instant(scheduled_for, by)
            spoken = conversation.reply_to_client(found, new, by=by, status=wanted, scheduled_for=at)
        # The words may stand on another ticket: where this one was merged into, or the one that follows it.
        return found if spoken.ticket_id == found.id else _ticket(str(spoken.ticket_id), by)

    _change(number, by, form, speak_on)


@ticket.command("note")
@number_argument
@text_option
@attach_option
@key_option
@acting
@answering
def note(number: str, text: str, files: Sequence[str], key: str | None, by: Actor, form: str) -> None:
    """Write for colleagues; no client sees it.

    \b
    Example:
      tail -n 50 till.log | threeline ticket note T-12 --as ona@desk.example --text -
    """
    new = _new_message(by, text, files, key)
    _change(number, by, form, lambda found: conversation.add_note(found, new, by=by))


@ticket.command("status")
@number_argument
@click.argument("status", type=_words(Status))
@click.option("--reason", default="", help="Why.")
@scheduled_option
@acting
@answering
def status_(number: str, status: str, reason: str, scheduled_for: str | None, by: Actor, form: str) -> None:
    """Say that a ticket is worked on, waits for the vendor, or is scheduled.

    Waiting for the client needs words to the client: `ticket reply --status waiting_client`.

    \b
    Example:
      threeline ticket status T-12 scheduled --scheduled-for 2026-03-10T10:00 --as ona@desk.example
    """
    at = _instant(scheduled_for, by)
    _change(number, by, form,
            lambda found: states.set_status(found, Status(status), by=by, reason=reason, scheduled_for=at))  # fmt: skip


@ticket.command("assign")
@number_argument
@click.option("--to", "to_email", metavar="EMAIL", help="An operator of the team; without it, yourself.")
@click.option("--nobody", is_flag=True, help="Take the assignee off.")
@acting
@answering
def assign(number: str, to_email: str | None, nobody: bool, by: Actor, form: str) -> None:
    """Take a ticket, give it to a colleague of its team, or to nobody.

    \b
    Example:
      threeline ticket assign T-12 --as ona@desk.example
      threeline ticket assign T-12 --to tomas@desk.example --as rasa@desk.example
    """
    if nobody and to_email:
        raise click.UsageError("Say either --to or --nobody.")
    if nobody:
        _change(number, by, form, lambda found: assignment.assign(found, None, by=by))
    elif to_email:
        operator_id = _operator_id(to_email)
        _change(number, by, form, lambda found: assignment.assign(found, operator_id, by=by))
    else:
        _change(number, by, form, lambda found: assignment.take(found, by=by))


@ticket.command("take-next")
@acting
@answering
def take_next(by: Actor, form: str) -> None:
    """Take the most urgent ticket of your teams that nobody has yet; ends with 66 where there is none.

    \b
    Example:
      threeline ticket take-next --as ona@desk.example --json
    """
    taken = assignment.take_next(by=by)
    if taken is None:
        raise NotFound("There is no ticket to take in your teams.")
    _answer(form, taken, by)


@ticket.command("handover")
@number_argument
@click.option("--client-sees", required=True, help="What the client sees.")
@click.option("--tried", required=True, help="What was tried.")
@click.option("--articles", default="", help="Which articles were consulted.")
@click.option("--environment", required=True, help="Versions, devices, place.")
@click.option("--asked", required=True, help="What is asked of the next line.")
@team_option
@acting
@answering
def handover(
    number: str, client_sees: str, tried: str, articles: str, environment: str, asked: str, team_name: str | None,
    by: Actor, form: str,
) -> None:  # fmt: skip
    """Hand a ticket over to the next line up, with the five answers that it needs.

    \b
    Example:
      threeline ticket handover T-12 --as ona@desk.example --client-sees "Totals are wrong" --tried "Restart" \\
        --articles none --environment "Till 3, version 8.2" --asked "Find the rounding fault"
    """
    new = escalation.NewHandover(
        client_sees=text_of(client_sees), tried=text_of(tried), articles=text_of(articles),
        environment=text_of(environment), asked=text_of(asked), to_team_id=_team_id(team_name),
    )  # fmt: skip
    _change(number, by, form, lambda found: escalation.hand_over(found, new, by=by))


@ticket.command("return")
@number_argument
@reason_option
@team_option
@acting
@answering
def return_(number: str, reason: str, team_name: str | None, by: Actor, form: str) -> None:
    """Give a ticket back down, with the reason.

    \b
    Example:
      threeline ticket return T-12 --as tomas@desk.example --reason "Fixed in 8.3; please tell the client."
    """
    why, team_id = text_of(reason), _team_id(team_name)
    _change(number, by, form, lambda found: escalation.return_ticket(found, why, by=by, to_team_id=team_id))


@ticket.command("transfer")
@number_argument
@click.option("--team", "team_name", required=True, help="The team of the same line that gets it, by name.")
@reason_option
@acting
@answering
def transfer(number: str, team_name: str, reason: str, by: Actor, form: str) -> None:
    """Give a ticket to another team of the same line, with the reason.

    \b
    Example:
      threeline ticket transfer T-12 --team Equipment --reason "It is the printer." --as tomas@desk.example
    """
    why, team_id = text_of(reason), team_named(team_name).id
    _change(number, by, form, lambda found: escalation.transfer_ticket(found, team_id, why, by=by))


@ticket.command("resolve")
@number_argument
@text_option
@attach_option
@click.option("--breach-cause", type=_words(BreachCause), help="Where the time was not kept: why.")
@click.option("--breach-note", default="", metavar="TEXT", help="More about that; needed for the cause other.")
@acting
@answering
def resolve(
    number: str, text: str, files: Sequence[str], breach_cause: str | None, breach_note: str, by: Actor, form: str
) -> None:
    """Tell the client what solved it and ask for acceptance. A ticket that is late needs the cause of that.

    \b
    Example:
      threeline ticket resolve T-12 --as ona@desk.example --text "The driver is new; please print once more."
    """
    new, cause = _new_message(by, text, files, None), BreachCause(breach_cause) if breach_cause else None
    _change(number, by, form, lambda found: resolution.resolve_ticket(
        found, new, by=by, breach_cause=cause, breach_note=breach_note))  # fmt: skip


@ticket.command("promise")
@number_argument
@click.option("--at", "when", required=True, metavar="TIME", help="Until when; ISO 8601, without offset in your zone.")
@click.option("--note", required=True, metavar="TEXT", help="How the client agreed; - takes it from standard input.")
@click.option("--clock", type=click.Choice([kind.value for kind in agreed_times.PROMISABLE]), default="resolution",
              show_default=True, help="What is promised.")  # fmt: skip
@acting
@answering
def promise(number: str, when: str, note: str, clock: str, by: Actor, form: str) -> None:
    """Put a time on record that the client has agreed to; it counts in place of the contract's.

    \b
    Example:
      threeline ticket promise T-12 --at 2026-03-12T12:00 --note "By phone, with Jonas" --as ona@desk.example
    """
    at, how = _instant(when, by, "--at"), text_of(note)
    assert at is not None  # the option is required
    _change(number, by, form, lambda found: agreed_times.promise_time(found, clock, at, note=how, consent=True, by=by))


@ticket.command("log-work")
@number_argument
@click.option("--minutes", type=int, required=True, help="How long the work took.")
@click.option("--channel", type=_words(Channel), default=Channel.REMOTE_SESSION.value, show_default=True)
@click.option("--started", metavar="TIME", help="Since when; ISO 8601, without offset in your zone. Else: until now.")
@click.option("--note", default="", metavar="TEXT", help="What was done; the client reads it.")
@click.option("--not-billable", "is_free", is_flag=True, help="It costs the client nothing.")
@click.option("--reservation", type=int, metavar="ID", help="Draw on the hours that were set aside under this number.")
@key_option
@acting
@answering
def log_work(
    number: str, minutes: int, channel: str, started: str | None, note: str, is_free: bool,
    reservation: int | None, key: str | None, by: Actor, form: str,
) -> None:  # fmt: skip
    """Enter work on a ticket; the contract says what it counts and who pays.

    \b
    Example:
      threeline ticket log-work T-12 --minutes 25 --channel remote_session --note "New driver" --as ona@desk.example
    """
    new = work.NewWork(
        minutes, Channel(channel), text_of(note), _instant(started, by, "--started"), not is_free, reservation
    )
    done = work.log_work(queries.get_ticket(number, for_=by), new, by=by, submission=key)
    _tell_work(done, form)


@ticket.command("reverse-work")
@number_argument
@click.argument("work_id", metavar="WORK", type=int)
@reason_option
@acting
@answering
def reverse_work(number: str, work_id: int, reason: str, by: Actor, form: str) -> None:
    """Take back work that was entered by mistake.

    \b
    Example:
      threeline ticket reverse-work T-12 4 --reason "On the wrong ticket" --as ona@desk.example
    """
    found = queries.get_ticket(number, for_=by)
    _tell_work(work.reverse_work(work_id, found, text_of(reason), by=by), form)


def _tell_work(done: WorkLog, form: str) -> None:
    document = work_document(done)
    answer(form, document, lambda: f"{document['ticket']}: work {done.id}, {done.minutes} minutes, counted "
           f"{done.counted_minutes}, chargeable {done.chargeable_minutes} ({done.rule})")  # fmt: skip


@ticket.command("accept")
@number_argument
@acting
@answering
def accept(number: str, by: Actor, form: str) -> None:
    """As the client: it is solved; the ticket closes.

    \b
    Example:
      threeline ticket accept T-12 --as jonas@client.example
    """
    _change(number, by, form, lambda found: resolution.accept_resolution(found, by=by))


@ticket.command("refuse")
@number_argument
@text_option
@attach_option
@acting
@answering
def refuse(number: str, text: str, files: Sequence[str], by: Actor, form: str) -> None:
    """As the client: say what is still wrong; the ticket reopens.

    \b
    Example:
      threeline ticket refuse T-12 --as jonas@client.example --text "It still prints nothing."
    """
    new = _new_message(by, text, files, None)
    _change(number, by, form, lambda found: resolution.refuse_resolution(found, new, by=by))


@ticket.command("reopen")
@number_argument
@reason_option
@acting
@answering
def reopen(number: str, reason: str, by: Actor, form: str) -> None:
    """Open a resolved or closed ticket again, within its window.

    \b
    Example:
      threeline ticket reopen T-12 --as ona@desk.example --reason "He called: it is back."
    """
    why = text_of(reason)
    _change(number, by, form, lambda found: resolution.reopen_ticket(found, why, by=by))


@ticket.command("cancel")
@number_argument
@reason_option
@acting
@answering
def cancel(number: str, reason: str, by: Actor, form: str) -> None:
    """End a ticket that is not wanted any more; that is final.

    \b
    Example:
      threeline ticket cancel T-12 --as jonas@client.example --reason "Sent twice."
    """
    why = text_of(reason)
    _change(number, by, form, lambda found: resolution.cancel_ticket(found, why, by=by))


@ticket.command("priority")
@number_argument
@click.argument("level", type=_words(Priority))
@click.option("--reason", default="", help="Why it differs from what impact and urgency give.")
@acting
@answering
def priority_(number: str, level: str, reason: str, by: Actor, form: str) -> None:
    """Set another priority than impact and urgency give, with the reason.

    \b
    Example:
      threeline ticket priority T-12 P2 --reason "Their opening day." --as ona@desk.example
    """
    _change(number, by, form, lambda found: priority.override_priority(found, Priority(level), reason, by=by))


@ticket.command("tag")
@number_argument
@click.argument("names", nargs=-1)
@acting
@answering
def tag(number: str, names: Sequence[str], by: Actor, form: str) -> None:
    """Make these the tags of a ticket; none takes all off.

    \b
    Example:
      threeline ticket tag T-12 printer driver --as ona@desk.example
    """
    _change(number, by, form, lambda found: tags.set_tags(found, names, by=by))


@ticket.command("link")
@number_argument
@click.option("--to", "other", required=True, metavar="NUMBER", help="The other ticket.")
@click.option("--kind", type=click.Choice(sorted(kind.value for kind in linking.BY_HAND)), default="related",
              show_default=True, help="How the first stands to the other.")  # fmt: skip
@acting
@answering
def link(number: str, other: str, kind: str, by: Actor, form: str) -> None:
    """Say how two tickets belong together.

    \b
    Example:
      threeline ticket link T-12 --to T-9 --kind duplicate_of --as ona@desk.example
    """
    _change(number, by, form, lambda found: linking.link_tickets(found, _ticket(other, by), LinkKind(kind), by=by))


@ticket.command("merge")
@number_argument
@click.option("--into", "other", required=True, metavar="NUMBER", help="The ticket that goes on.")
@acting
@answering
def merge(number: str, other: str, by: Actor, form: str) -> None:
    """Make one request of two: this ticket goes on as the other.

    \b
    Example:
      threeline ticket merge T-13 --into T-12 --as ona@desk.example
    """
    _change(number, by, form, lambda found: linking.merge_tickets(found, _ticket(other, by), by=by))


@ticket.command("unmerge")
@number_argument
@acting
@answering
def unmerge(number: str, by: Actor, form: str) -> None:
    """Take a merge back whole.

    \b
    Example:
      threeline ticket unmerge T-13 --as ona@desk.example
    """
    _change(number, by, form, lambda found: linking.undo_merge(found, by=by))


def _change(number: str, by: Actor, form: str, activity: Callable[[Ticket], object]) -> None:
    """Read the ticket and do one activity on it in one transaction; answer with the ticket (or the one it names)."""
    with transaction():
        found = _ticket(number, by)
        done = activity(found)
    _answer(form, done if isinstance(done, Ticket) else found, by)


def _answer(form: str, changed: Ticket, by: Actor) -> None:
    document = ticket_document(changed, for_=by)
    answer(form, document, lambda: ticket_text(document))


def _ticket(number: str, by: Actor) -> Ticket:
    try:
        return queries.get_ticket(number, for_=by)
    except NotFound as error:
        raise NotFound(f"There is no ticket {number}, or {by.name} does not see it.") from error


def _new_ticket(
    by: Actor, *, subject: str, text: str, kind: str, urgency: str, impact: str, requester: str | None,
    product: str | None, category: str | None, tag_names: Sequence[str], files: Sequence[str], key: str | None,
) -> NewTicket:  # fmt: skip
    return NewTicket(
        subject=text_of(subject), text=text_of(text), type=TicketType(kind), urgency=Urgency(urgency),
        impact=Impact(impact), requester_id=_contact_id(requester, by) if requester else None,
        product_id=_named("product", product, directory.products()),
        category_id=_named("category", category, directory.categories()), tags=tuple(tag_names),
        uploads=_uploads(files), submission=_submission(by, key),
    )  # fmt: skip


def _new_message(by: Actor, text: str, files: Sequence[str], key: str | None) -> NewMessage:
    return NewMessage(text_of(text), uploads=_uploads(files), submission=_submission(by, key))


def _submission(by: Actor, key: str | None) -> str | None:
    # A key is its account's own, as in the API: nobody can stumble upon another's.
    return f"{by.account_id}:{key}" if key else None


def _uploads(files: Sequence[str]) -> tuple[StoredUpload, ...]:
    uploads = []
    for name in files:
        try:
            with Path(name).open("rb") as content:
                uploads.append(store_upload(Path(name).name, content))
        except OSError as error:
            raise Refused(f"{name} cannot be read: {error.strerror}.", Exit.NOT_FOUND) from error
    return tuple(uploads)


def _contact_id(email: str, by: Actor) -> int:
    contact = organisations.contact_by_email(email.strip())
    if contact is None:
        raise NotFound(f"There is no contact with the e-mail address {email}.")
    return organisations.get_contact(contact.id, for_=by).id


def _operator_id(email: str) -> int:
    account = accounts.account_by_email(email.strip())
    if account is None or account.operator_id is None:
        raise NotFound(f"There is no operator with the e-mail address {email}.")
    return account.operator_id


def _team_id(name: str | None) -> int | None:
    return team_named(name).id if name else None


def _named(what: str, name: str | None, cards: dict[int, Named]) -> int | None:
    if not name:
        return None
    found = [card.id for card in cards.values() if card.is_active and card.name.casefold() == name.strip().casefold()]
    if len(found) != 1:
        raise Invalid({what: [f"There {'is no' if not found else 'are several'} of the name {name}."]})
    return found[0]


def _instant(text: str | None, by: Actor, option: str = "--scheduled-for") -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"{text} is no time by ISO 8601.", param_hint=option) from error
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(by.zone))


COMMANDS: tuple[Command | Group, ...] = (ticket,)
