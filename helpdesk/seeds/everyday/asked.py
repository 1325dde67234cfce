"""The shape of what is asked again and again: one answer, and the clients who asked in their own words.

1. No organisation asks about the same topic twice, so nobody reads the same answer again.
2. `until` says how many of the topic's turns have happened so far; a request without it has been answered to the end.
3. Answers name nobody: they fit whoever asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from helpdesk.seeds import cast
from helpdesk.seeds.cast import Channel
from helpdesk.seeds.story import Impact, Story, TicketType, Turn, Urgency, call, client

_TAKEN_DOWN = frozenset({"phone", "walk_in", "on_site_visit"})  # channels on which an operator writes for the client
_LANGUAGE = {contact.key: contact.language for contact in cast.CONTACTS}


@dataclass(frozen=True, slots=True)
class Ask:
    """One client's request about a topic; `installed` is their serial or licence number, empty for an enquiry."""

    contact: str
    installed: str
    channel: Channel
    subject: str
    text: str
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Topic:
    """Something that many ask about, and how it goes on after their first words."""

    key: str
    type: TicketType
    product: str
    component: str
    category: str
    impact: Impact
    urgency: Urgency
    turns: tuple[Turn, ...]
    asks: tuple[Ask, ...]
    tags: tuple[str, ...] = ()

    def stories(self) -> Iterator[Story]:
        """The story of each who asked."""
        for ask in self.asks:
            beginning = call(ask.text) if ask.channel in _TAKEN_DOWN else client(0, ask.text)
            yield Story(
                key=f"{self.key}-{ask.contact}",
                language=_LANGUAGE[ask.contact],
                contact=ask.contact,
                type=self.type,
                product=self.product,
                component=self.component,
                category=self.category,
                channel=ask.channel,
                impact=self.impact,
                urgency=self.urgency,
                subject=ask.subject,
                turns=(beginning, *self.turns[: ask.until]),
                installed=ask.installed or None,
                tags=self.tags,
            )
