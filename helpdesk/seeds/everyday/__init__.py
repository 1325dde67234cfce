"""What every desk is asked every week, as stories: a file for each language."""

from __future__ import annotations

from helpdesk.seeds.everyday.en import TOPICS as IN_ENGLISH
from helpdesk.seeds.everyday.lt import TOPICS as IN_LITHUANIAN
from helpdesk.seeds.everyday.ru import TOPICS as IN_RUSSIAN
from helpdesk.seeds.everyday.zh import TOPICS as IN_CHINESE

__all__ = ["EVERYDAY", "TOPICS"]

TOPICS = (*IN_ENGLISH, *IN_LITHUANIAN, *IN_RUSSIAN, *IN_CHINESE)
EVERYDAY = tuple(story for topic in TOPICS for story in topic.stories())
