"""`surveys`: what clients were asked and why not, what they said, and how to erase their words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from helpdesk.cli.face import Command, Group, acting, answer, answering, with_desk
from helpdesk.models.satisfaction import SurveyKind
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.satisfaction.reading import AnswerShown, Narrowed, Tone, get_survey, list_answers, surveys_of_ticket
from helpdesk.satisfaction.voting import erase_words
from helpdesk.tickets.queries import get_ticket

MOST = 1000
date_type = click.DateTime(formats=["%Y-%m-%d"])


@click.group(cls=Group)
def surveys() -> None:
    """What clients are asked about their satisfaction, and what they say."""


@surveys.command("show")
@click.argument("number", metavar="NUMBER")
@answering
@with_desk
def show(number: str, form: str) -> None:
    """Show what was asked about a ticket, and where nobody was asked, why.

    \b
    Example:
      threeline surveys show T-20418
    """
    rows = surveys_of_ticket(get_ticket(number, for_=SYSTEM), for_=SYSTEM)
    answer(form, {"surveys": [_document(row) for row in rows]}, lambda: _text(rows))


@surveys.command("answers")
@click.option("--kind", type=click.Choice([kind.value for kind in SurveyKind]), help="Only answers to this question.")
@click.option("--tone", type=click.Choice([tone.value for tone in Tone]), help="Only praise, blame, those with "
              "words, or those that wait for somebody to talk to the client.")  # fmt: skip
@click.option("--since", type=date_type, help="Answered on this day (UTC) or later.")
@click.option("--until", type=date_type, help="Answered before this day (UTC).")
@answering
@with_desk
def answers(kind: str | None, tone: str | None, since: datetime | None, until: datetime | None, form: str) -> None:
    """List what clients said, the last first, 1000 at most.

    \b
    Example:
      threeline surveys answers --tone blame --since 2026-03-01 --json
    """
    narrowed = Narrowed(
        SurveyKind(kind) if kind else None, Tone(tone) if tone else None,
        since=since.replace(tzinfo=UTC) if since else None, until=until.replace(tzinfo=UTC) if until else None,
    )  # fmt: skip
    rows = list(list_answers(narrowed, for_=SYSTEM, size=MOST).rows)
    answer(form, {"surveys": [_document(row) for row in rows]}, lambda: _text(rows))


@surveys.command("erase")
@click.argument("survey_id", metavar="ID", type=click.IntRange(1, 2**31 - 1))
@acting
@answering
def erase(survey_id: int, by: Actor, form: str) -> None:
    """Erase what a client wrote; the score stays, so that no figure changes.

    \b
    Example:
      threeline surveys erase 118 --as manager@desk.example
    """
    survey = erase_words(get_survey(survey_id, for_=by), by=by)
    answer(form, {"id": survey.id, "score": survey.score}, lambda: "The words are erased.")


def _document(row: AnswerShown) -> dict[str, Any]:
    survey = row.survey
    return {
        "id": survey.id, "kind": survey.kind.value, "cycle": survey.cycle, "ticket": row.ticket or None,
        "state": survey.state.value, "reason": survey.reason.value if survey.reason else None, "score": survey.score,
        "comment": survey.comment or None, "contact": row.contact or None, "organisation": row.organisation or None,
        "operator": row.operator or None, "sample_point": survey.sample_point, "sample_percent": survey.sample_percent,
        "closed_by_silence": survey.closed_by_silence, "due_at": _utc(survey.due_at), "sent_at": _utc(survey.sent_at),
        "answered_at": _utc(survey.answered_at),
    }  # fmt: skip


def _text(rows: list[AnswerShown]) -> str:
    return "\n".join(
        "  ".join(filter(None, (
            f"{row.survey.id}", row.survey.kind.value, row.ticket,
            str(row.survey.score) if row.survey.score is not None else
            f"{row.survey.state.value}{f' ({row.survey.reason.value})' if row.survey.reason else ''}",
            row.contact, row.operator, " ".join(row.survey.comment.split()),
        ))) for row in rows
    ) or "Nothing was asked."  # fmt: skip


def _utc(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z") if at else None


COMMANDS: tuple[Command | Group, ...] = (surveys,)
