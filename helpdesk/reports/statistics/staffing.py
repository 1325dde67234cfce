"""How many people a load of work needs: Erlang C. Pure arithmetic.

Semantics
1. A load is offered by requests per hour and their mean handling time in seconds; its measure is the erlang, so many
   people working without a break. Of `agents` people a request finds all busy with the probability that Erlang's C
   formula says.
2. With no more people than erlangs the queue grows without end: everybody waits, nobody is served within any time, and
   there is no mean wait (`None`). `Staffing.is_stable` says so.
3. `within` is the share of requests that are begun within so many seconds of working time; `occupancy` the share of
   their time for which people handle requests.
4. Enough are the fewest people who are stable, reach the target share and are not busier than allowed.

What it assumes stands in `ASSUMPTIONS`, to be printed beside every result.

Sources: A. K. Erlang, "Solution of some problems in the theory of probabilities of significance in automatic telephone
exchanges" (1917); R. B. Cooper, "Introduction to Queueing Theory" (2nd ed., 1981), ch. 3: M/M/n, the recursion of the B
formula and C from B.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

HOUR = 3600
MOST_AGENTS = 10_000

ASSUMPTIONS: tuple[LazyString, ...] = (
    _l("Requests come independently of one another, at an even rate within the hour (Poisson arrivals)."),
    _l("Handling times vary as an exponential distribution: many short ones, few long ones."),
    _l("Everybody who waits keeps waiting: no request is abandoned or withdrawn."),
    _l("All requests stand in one queue and are taken in the order in which they came."),
    _l("Every operator can handle every request, one at a time."),
    _l("The hour lasts long enough for the queue to settle; what is left from the hour before is not counted."),
    _l("The number is of people at work: breaks, meetings, leave and sickness come on top."),
)


@dataclass(frozen=True)
class Staffing:
    """So many people, and how requests fare with them."""

    agents: int
    offered_erlangs: float
    waiting: float  # share of requests that wait at all
    within: float  # share of requests that are begun in time
    mean_wait_seconds: float | None  # of all requests, also those that do not wait
    occupancy: float

    @property
    def is_stable(self) -> bool:
        """That the queue does not grow without end."""
        return self.mean_wait_seconds is not None


def erlang_b(offered_erlangs: float, agents: int) -> float:
    """The probability that all of so many people are busy where nobody waits (0 to 1)."""
    _check_load(offered_erlangs, agents)
    blocked = 1.0
    for people in range(1, agents + 1):
        blocked = _one_more(blocked, offered_erlangs, people)
    return blocked


def erlang_c(offered_erlangs: float, agents: int) -> float:
    """The probability that a request waits (0 to 1); 1 where the load is not less than the people."""
    return _from_b(erlang_b(offered_erlangs, agents), offered_erlangs, agents)


def staffing(
    arrivals_per_hour: float, mean_handling_seconds: float, agents: int, within_seconds: float = 0
) -> Staffing:
    """How requests fare with so many people."""
    offered = _offered(arrivals_per_hour, mean_handling_seconds)
    return _fare(erlang_b(offered, agents), offered, agents, mean_handling_seconds, within_seconds)


def agents_needed(
    arrivals_per_hour: float, mean_handling_seconds: float, target_share: float, within_seconds: float,
    max_occupancy: float = 1.0,
) -> Staffing | None:  # fmt: skip
    """The fewest people with whom so great a share is begun in time; None where more than `MOST_AGENTS` were needed."""
    if not 0 <= target_share < 1:
        raise ValueError("the target is a share below 1: some wait longer, however many work")
    if not 0 < max_occupancy <= 1:
        raise ValueError("the greatest occupancy is a share above 0, up to 1")
    offered = _offered(arrivals_per_hour, mean_handling_seconds)
    blocked = 1.0
    for agents in range(MOST_AGENTS + 1):
        blocked = _one_more(blocked, offered, agents) if agents else blocked
        if agents < offered:
            continue
        found = _fare(blocked, offered, agents, mean_handling_seconds, within_seconds)
        if found.is_stable and found.within >= target_share and found.occupancy <= max_occupancy:
            return found
    return None


def _offered(arrivals_per_hour: float, mean_handling_seconds: float) -> float:
    for value, name in ((arrivals_per_hour, "arrivals"), (mean_handling_seconds, "handling time")):
        if not 0 <= value < math.inf:
            raise ValueError(f"{name} must be a number from 0 on")
    return arrivals_per_hour * mean_handling_seconds / HOUR


def _check_load(offered_erlangs: float, agents: int) -> None:
    if not 0 <= offered_erlangs < math.inf:
        raise ValueError("a load must be a number of erlangs from 0 on")
    if agents < 0:
        raise ValueError("people are counted from zero")


def _one_more(blocked: float, offered: float, people: int) -> float:
    """B of one person more. It stays between 0 and 1, where the factorials of the formula would overflow."""
    return offered * blocked / (people + offered * blocked)


def _from_b(blocked: float, offered: float, agents: int) -> float:
    if not offered:
        return 0.0
    return 1.0 if offered >= agents else agents * blocked / (agents - offered * (1 - blocked))


def _fare(blocked: float, offered: float, agents: int, handling: float, within_seconds: float) -> Staffing:
    if within_seconds < 0:
        raise ValueError("seconds to wait are counted from zero")
    waiting = _from_b(blocked, offered, agents)
    if not offered:
        return Staffing(agents, 0.0, 0.0, 1.0, 0.0, 0.0)
    if offered >= agents:
        return Staffing(agents, offered, 1.0, 0.0, None, 1.0)
    free = agents - offered
    within = 1 - waiting * math.exp(-free * within_seconds / handling)
    return Staffing(agents, offered, waiting, within, waiting * handling / free, offered / agents)
