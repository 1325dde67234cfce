"""`claims`: what runs, how one is to be decided and why, what other rules would have given."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from helpdesk.aftersales.claim_course import get_claim
from helpdesk.aftersales.claim_documents import (
    change_document,
    claim_row,
    decision_document,
    ruling_document,
    what_if_document,
)
from helpdesk.aftersales.claim_queries import list_claims, running_claims
from helpdesk.aftersales.decisions import NewDecision, approve_decision, decide_claim
from helpdesk.aftersales.refund_files import as_csv, as_document, read_rules
from helpdesk.aftersales.refund_rules import preview_rules, ruling_of, set_rules, version_on, versions, what_if
from helpdesk.cli.face import (
    Command,
    Exit,
    Group,
    Refused,
    acting,
    answer,
    answering,
    as_json,
    open_input,
    the_desk,
    with_desk,
)
from helpdesk.core.tables import csv_text
from helpdesk.entitlement.desk import desk_today
from helpdesk.models.claims import ClaimDecision, ClaimState, Outcome, RefundRuleVersion
from helpdesk.people.accounts import actor_by_email
from helpdesk.policy.actor import SYSTEM, Actor

number_argument = click.argument("number", metavar="NUMBER")
date_type = click.DateTime(formats=["%Y-%m-%d"])
# Why a rule does or does not apply.
WHY = {
    "applies": "applies", "outranked": "fits, but another comes first", "other_contract": "for another contract",
    "other_product": "for another product", "other_fault": "for another kind of fault",
    "round_outside": "for other rounds", "round_unknown": "the round is not known", "age_outside": "for another age",
    "age_unknown": "the day of delivery is not known",
}  # fmt: skip


@click.group(cls=Group)
def claims() -> None:
    """Complaints about what was delivered: list them, decide them, try other rules on them."""


@claims.command("list")
@click.option("--state", type=click.Choice([state.value for state in ClaimState]), help="Those in this state, the last "
              "first; without it those that run, by what is due first.")  # fmt: skip
@answering
@with_desk
def list_(state: str | None, form: str) -> None:
    """Show the claims that run, or those in a state.

    \b
    Example:
      threeline claims list --state decided --json
    """
    rows = list_claims(for_=SYSTEM, state=ClaimState(state), size=200).rows if state else running_claims(for_=SYSTEM)
    documents = [_plain(claim_row(row)) for row in rows]
    answer(form, {"claims": documents}, lambda: "\n".join(map(_line, documents)) or "No claim runs.")


@claims.command("decide")
@number_argument
@click.option("--explain", is_flag=True, help="Only say which rule applies, why not the others, and what it comes to.")
@click.option("--outcome", type=click.Choice([outcome.value for outcome in Outcome]), help="How it is decided.")
@click.option("--reasons", default="", metavar="TEXT", help="The client reads them.")
@click.option("--amount", type=int, metavar="CENTS", help="Of a refund; without it what the rule gives.")
@click.option("--deviation", default="", metavar="TEXT", help="Why it is not what the rules give.")
@click.option("--as", "email", metavar="EMAIL", help="The account that decides; --explain needs none.")
@answering
def decide(
    number: str, explain: bool, outcome: str | None, reasons: str, amount: int | None, deviation: str,
    email: str | None, form: str,
) -> None:  # fmt: skip
    """Decide a claim, or explain how the rules of its day would decide it.

    \b
    Example:
      threeline claims decide T-20418 --explain
      threeline claims decide T-20418 --outcome refund --reasons "The labels were blank." --as ona@desk.example
    """
    if explain == (outcome is not None):
        raise click.UsageError("Say --explain, or --outcome with --reasons and --as.")
    if not explain and email is None:
        raise click.UsageError("Say who decides: --as EMAIL.")
    with the_desk():
        by: Actor = actor_by_email(email) if email else SYSTEM
        claim = get_claim(number, for_=by)
        version, ruling = ruling_of(claim)
        document = {
            "ticket": claim.ticket.number, "claimed_on": str(claim.claimed_on), "fault": claim.fault.value,
            "revision": claim.revision, "age_days": ruling.facts.age_days,
            "version": str(version.valid_from) if version else None, **ruling_document(ruling),
        }  # fmt: skip
        if outcome is None:
            answer(form, document, lambda: _explanation(document))
            return
        new = NewDecision(Outcome(outcome), reasons, amount, deviation)
        _tell(claim.ticket.number, decide_claim(claim, new, by=by), form)


@claims.command("approve")
@number_argument
@acting
@answering
def approve(number: str, by: Actor, form: str) -> None:
    """Approve a decision that waits for a second person.

    \b
    Example:
      threeline claims approve T-20418 --as rasa@desk.example
    """
    claim = get_claim(number, for_=by)
    _tell(claim.ticket.number, approve_decision(claim, by=by), form)


@claims.command("whatif")
@click.option("--rules", "file", metavar="FILE", required=True, help="Rules as JSON or CSV, as `claims rules export` "
              "writes them; - for standard input.")  # fmt: skip
@answering
@with_desk
def whatif(file: str, form: str) -> None:
    """Decide all decided claims by other rules, on paper: before and after for each, and the sums. Nothing is stored.

    \b
    Example:
      threeline claims whatif --rules new-rules.csv
    """
    document = what_if_document(what_if(read_rules(_content(file)).rules, for_=SYSTEM))
    answer(form, document, lambda: _what_if_text(document))


@claims.group("rules", cls=Group)
def rules() -> None:
    """The refund rules: export a version, import a new one."""


@rules.command("export")
@click.option("--on", type=date_type, metavar="DATE", help="The version that holds on this day; today's without it.")
@click.option("--all", "everything", is_flag=True, help="Every version, as one JSON document.")
@click.option("--csv", "as_table", is_flag=True, help="As CSV, in place of JSON.")
@with_desk
def export(on: Any, everything: bool, as_table: bool) -> None:
    """Write the refund rules as a document that `import` and `whatif` read.

    \b
    Example:
      threeline claims rules export > rules.json
      threeline claims rules export --on 2026-01-01 --csv > rules.csv
    """
    if everything and (as_table or on is not None):
        raise click.UsageError("--all goes with neither --on nor --csv.")
    if everything:
        click.echo(as_json({"versions": [as_document(version) for version in versions(for_=SYSTEM)]}))
        return
    day: date = on.date() if on else desk_today()
    version = version_on(day)
    if version is None:
        raise Refused(f"There are no refund rules on {day}.", Exit.NOT_FOUND)
    click.echo(as_csv(version).rstrip() if as_table else as_json(as_document(version)))


@rules.command("import")
@click.argument("file", metavar="FILE")
@click.option("--from", "since", type=date_type, metavar="DATE", help="From which day on; else as the file says, or "
              "today.")  # fmt: skip
@click.option("--note", default="", metavar="TEXT", help="Why; it stands with the version.")
@click.option("--preview", is_flag=True, help="Only show which open claims it would change.")
@acting
@answering
def import_(file: str, since: Any, note: str, preview: bool, by: Actor, form: str) -> None:
    """Let the rules of a JSON or CSV file (- for standard input) hold from a day on.

    \b
    Example:
      threeline claims rules import rules.csv --from 2026-04-01 --as vera@desk.example
    """
    new = read_rules(_content(file))
    new = type(new)(since.date() if since else new.valid_from, new.rules, note or new.note)
    if preview:
        changes = [change_document(each) for each in preview_rules(new, for_=by)]
        answer(form, {"changes": changes}, lambda: "\n".join(map(_change, changes)) or "No open claim changes.")
        return
    version: RefundRuleVersion = set_rules(new, by=by)
    answer(form, as_document(version), lambda: f"{len(new.rules)} rules hold from {version.valid_from} on")


def _content(name: str) -> str:
    with open_input(name) as stream:
        try:
            return stream.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise Refused(f"{Path(name).name} is not UTF-8 text.", Exit.BAD_DATA) from error


def _tell(number: str, decision: ClaimDecision, form: str) -> None:
    document = {"ticket": number, **_plain(decision_document(decision))}
    waits = "waits for a second person" if decision.in_force_at is None else "in force"
    answer(form, document, lambda: f"{number}: {decision.outcome.value} {_money(document)}".rstrip() + f", {waits}")


def _plain(document: dict[str, Any]) -> dict[str, Any]:
    """With instants and days as JSON has them."""
    return {key: _plain(value) if isinstance(value, dict) else value.isoformat() if hasattr(value, "isoformat")
            else value for key, value in document.items()}  # fmt: skip


def _line(row: dict[str, Any]) -> str:
    due = f"{row['due']['kind']} by {row['due']['due_at'][:16]}" if row["due"] else "nothing due"
    return f"{row['ticket']:<10} {row['state']:<18} {due:<42} {row['organisation'] or ''}  {row['subject']}".rstrip()


def _explanation(told: dict[str, Any]) -> str:
    facts = (f"{told['ticket']}: claimed on {told['claimed_on']}, {told['fault']}, "
             f"round {_known(told['revision'])}, {_known(told['age_days'])} days old, "
             f"paid {_cents(told['price_cents'], told['currency'])}")  # fmt: skip
    if told["version"] is None:
        return f"{facts}\nThere were no refund rules on that day."
    lines = [facts, f"Rules from {told['version']} on, the contract's before the product's before all:"]
    lines += [
        f"{'>' if each['why'] == 'applies' else ' '} {each['rule']:>3}. {_rule(each):<60} {WHY[each['why']]}"
        for each in told["considered"]
    ]
    if told["remedy"] is None:
        return "\n".join([*lines, "No rule applies: a person decides."])
    if told["amount_cents"] is None:
        return "\n".join([*lines, f"{told['remedy']} {told['percent'] or ''}".rstrip()])
    price, amount, kept = (_cents(told[name], told["currency"]) for name in ("price_cents", "amount_cents",
                                                                             "kept_cents"))  # fmt: skip
    return "\n".join([*lines, f"{told['percent']} % of {price} = {amount}, half a cent rounded up; {kept} is kept"])


def _rule(row: dict[str, Any]) -> str:
    """A rule in one line: whose it is, its bounds, what it gives."""
    spans = (("rounds", row["revision_from"], row["revision_to"]), ("days", row["age_from_days"], row["age_to_days"]))
    bounds = [f"{name} {'…' if low is None else low}-{'…' if high is None else high}"
              for name, low, high in spans if low is not None or high is not None]  # fmt: skip
    gives = f"{row['remedy']} {row['percent']} %" if row["percent"] is not None else row["remedy"]
    return ", ".join(filter(None, (row["contract"], row["product"], row["fault"], *bounds))) + f" -> {gives}"


def _what_if_text(document: dict[str, Any]) -> str:
    columns = ("ticket", "before", "before_cents", "after", "after_cents", "difference_cents", "currency")
    sums = [
        f"{currency}: {total['claims']} claims, {_cents(total['before_cents'], currency)} before, "
        f"{_cents(total['after_cents'], currency)} after, difference {_cents(total['difference_cents'], currency)}"
        for currency, total in document["sums"].items()
    ]
    return "\n".join([csv_text(columns, document["claims"]).rstrip(), *sums])


def _change(change: dict[str, Any]) -> str:
    before, after = (
        f"{each['remedy'] or 'no rule'} {each['percent'] or ''}".rstrip()
        for each in (change["before"], change["after"])
    )
    return f"{change['ticket']}: {before} -> {after}"


def _known(value: object) -> str:
    return "not known" if value is None else str(value)


def _cents(cents: int | None, currency: str) -> str:
    return "not known" if cents is None else f"{cents / 100:.2f} {currency}"


def _money(document: dict[str, Any]) -> str:
    return _cents(document["amount_cents"], document["currency"]) if document["amount_cents"] is not None else ""


COMMANDS: tuple[Command | Group, ...] = (claims,)
