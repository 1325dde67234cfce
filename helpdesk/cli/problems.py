"""`problems`: what is behind tickets that come again and again, and what its clients are told."""

from __future__ import annotations

from typing import Any

import click

from helpdesk.cli.face import Command, Group, Refused, answer, answering, with_desk
from helpdesk.cli.face import Exit as Codes
from helpdesk.models.problems import BroadcastKind, ProblemState, ProposalState
from helpdesk.people.accounts import actor_by_email
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.problems.broadcasts import NewBroadcast, default_texts, preview, publish
from helpdesk.problems.detection import detect
from helpdesk.problems.documents import preview_document, problem_document, problem_row
from helpdesk.problems.problem_queries import file_of, list_problems
from helpdesk.problems.problems import get_problem
from helpdesk.problems.proposals import list_proposals, proposal_document
from helpdesk.problems.rebuilding import rebuild
from helpdesk.problems.similar import catch_up

number_argument = click.argument("number", metavar="NUMBER")


@click.group(cls=Group)
def problems() -> None:
    """Problems: list them, look at one, tell its clients a workaround or a fix."""


@problems.command("list")
@click.option("--state", type=click.Choice([state.value for state in ProblemState]), help="Those in this state; "
              "without it those that are not fixed or closed.")  # fmt: skip
@click.option("--all", "everything", is_flag=True, help="Whatever their state.")
@answering
@with_desk
def list_(state: str | None, everything: bool, form: str) -> None:
    """Show problems, the last first, with what they have cost so far.

    \b
    Example:
      threeline problems list --state known_error --json
    """
    if state and everything:
        raise click.UsageError("--all goes without --state.")
    page = list_problems(for_=SYSTEM, state=ProblemState(state) if state else None,
                         only_open=not (state or everything), size=200)  # fmt: skip
    rows = [_plain(problem_row(row)) for row in page.rows]
    answer(form, {"problems": rows}, lambda: "\n".join(map(_line, rows)) or "There is no such problem.")


@problems.command("show")
@number_argument
@answering
@with_desk
def show(number: str, form: str) -> None:
    """Show one problem: its state, cause, workarounds, reviews and cost.

    \b
    Example:
      threeline problems show P-12
    """
    document = _plain(problem_document(file_of(get_problem(number, for_=SYSTEM))))
    answer(form, document, lambda: _text(document))


@problems.command("broadcast")
@number_argument
@click.option("--kind", type=click.Choice([kind.value for kind in BroadcastKind]), default="workaround",
              show_default=True, help="The workaround as it is written, or that it is fixed.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only show who would get what, who not and why.")
@click.option("--again", is_flag=True, help="Also those who were told already.")
@click.option("--as", "email", metavar="EMAIL", help="The account that tells it; --dry-run needs none.")
@answering
@with_desk
def broadcast(number: str, kind: str, dry_run: bool, again: bool, email: str | None, form: str) -> None:
    """Tell the clients of a problem its workaround or its fix; it goes out when the undo window has passed.

    \b
    Example:
      threeline problems broadcast P-12 --dry-run
      threeline problems broadcast P-12 --kind fix --as ona@desk.example
    """
    if email is None and not dry_run:
        raise click.UsageError("Say who tells it: --as EMAIL.")
    by: Actor = actor_by_email(email) if email else SYSTEM
    problem, told = get_problem(number, for_=by), BroadcastKind(kind)
    texts = default_texts(problem, told)
    if not texts:
        raise Refused(f"{problem.number} has no workaround yet.", Codes.BAD_DATA)
    found = preview(problem, told, texts, for_=by, tells_again=again)
    document = {"problem": problem.number, "dry_run": dry_run, **preview_document(found)}
    if not dry_run:
        row = publish(problem, NewBroadcast(told, texts, again, found.seen), by=by)
        document |= {"id": row.id, "send_at": row.send_at.isoformat()}
    answer(form, document, lambda: _preview(document))


def _plain(value: Any) -> Any:
    """With instants and days as JSON has them."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def _line(row: dict[str, Any]) -> str:
    cost = row["cost"]
    return (f"{row['number']:<7} {row['state']:<14} {cost['tickets']:>5} tickets {cost['minutes'] / 60:>7.1f} h  "
            f"{row['title']}")  # fmt: skip


def _text(told: dict[str, Any]) -> str:
    cost = told["cost"]
    value = ", ".join(f"{cents / 100:.2f} {currency}" for currency, cents in cost["contract_cents"].items()) or "none"
    lines = [
        f"{told['number']}  {told['title']}",
        f"State: {told['state']} since {told['state_at'][:16]}; owner: {told['owner'] or 'nobody'}",
        f"Cost so far: {cost['tickets']} tickets of {cost['organisations']} organisations, "
        f"{cost['minutes'] / 60:.1f} h, contracts at stake: {value} a year",
    ]
    lines += [f"Why? {why['question']} {why['answer']}" for why in told["whys"]]
    if told["root_cause"]:
        lines.append(f"Root cause ({told['cause_category']}): {told['root_cause']}")
    lines += [f"Workaround [{language}]: {text}" for language, text in told["workarounds"].items()]
    if told["planned_version"] or told["planned_on"]:
        lines.append(f"Fix planned: {told['planned_version'] or told['planned_on']}")
    if told["fixed_version"]:
        lines.append(f"Fixed in: {told['fixed_version']}")
    lines += [f"Reviewed on {each['held_on']}: {each['findings']}" for each in told["reviews"]]
    return "\n".join(lines)


def _preview(told: dict[str, Any]) -> str:
    lines = [
        f"{row['ticket']:<10} " + (f"gets nothing: {row['left_out']}" if row["left_out"] else
                                  f"{row['channel']:<8} {row['language']:<8}" +
                                  (" told and resolved" if row["resolves"] else " told")) + f"  {row['requester']}"
        for row in told["recipients"]
    ]  # fmt: skip
    lines += [f"No text in {language}: {count} get another language." for language, count in told["missing"].items()]
    end = "nothing is sent" if told["dry_run"] else f"it goes out at {told['send_at'][:19]}"
    return "\n".join([*lines, f"{told['told']} told, {told['left_out']} left out; {end}"])


@problems.command("detect")
@answering
@with_desk
def detect_(form: str) -> None:
    """Look now for groups of tickets that grow unusually, and show every open proposal with its evidence.

    \b
    Example:
      threeline problems detect --json
    """
    while catch_up():
        pass
    fresh = {proposal.id for proposal in detect()}
    open_ones = list_proposals(for_=SYSTEM, state=ProposalState.OPEN, size=200).rows
    told = [proposal_document(each) for each in open_ones]
    document = {"proposals": [_plain(each) | {"is_current": each["id"] in fresh} for each in told]}
    answer(form, document, lambda: "\n".join(map(_proposal, told)) or "Nothing grows unusually.")


@problems.command("rebuild-index")
@answering
@with_desk
def rebuild_index(form: str) -> None:
    """Compare all tickets anew: after a large import, or when this version compares otherwise. Takes minutes.

    \b
    Example:
      threeline problems rebuild-index
    """
    count = rebuild()
    answer(form, {"tickets": count}, lambda: f"{count} tickets are in the index.")


def _proposal(told: dict[str, Any]) -> str:
    words = ", ".join(told["evidence"].get("terms", ()))
    return (f"{told['id']:>5}  {told['title']}: {told['count']} tickets where {told['expected']:.1f} were to be "
            f"expected (probability {told['probability']:.2g}); {words}")  # fmt: skip


COMMANDS: tuple[Command | Group, ...] = (problems,)
