"""The files of a deliverable's rounds, as pages link them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from helpdesk.models.claims import Deliverable


@dataclass(frozen=True)
class FileOfRound:
    name: str
    url: str
    size: int
    kind: str | None = None


def files_of(made: Deliverable, endpoint: str) -> dict[int, list[FileOfRound]]:
    """By round, with the address that this endpoint gives."""
    return {
        row.number: [
            FileOfRound(each.filename, url_for(endpoint, file_id=each.id, filename=each.filename), each.size)
            for each in row.files
        ]
        for row in made.rounds
    }
