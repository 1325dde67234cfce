"""All stories of the demo desk, a file for each language, and the families of those that have one cause."""

from __future__ import annotations

from helpdesk.seeds.stories.en import STORIES as IN_ENGLISH
from helpdesk.seeds.stories.families import FAMILIES
from helpdesk.seeds.stories.lt import STORIES as IN_LITHUANIAN
from helpdesk.seeds.stories.ru import STORIES as IN_RUSSIAN
from helpdesk.seeds.stories.zh import STORIES as IN_CHINESE

__all__ = ["FAMILIES", "STORIES"]

STORIES = (*IN_ENGLISH, *IN_LITHUANIAN, *IN_RUSSIAN, *IN_CHINESE)
