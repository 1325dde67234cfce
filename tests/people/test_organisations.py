"""Client organisations and their contacts in the books."""

from __future__ import annotations

import pytest

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.models.people import Contact
from helpdesk.people.organisations import NewContact, add_contact
from tests.cast import Cast


@pytest.mark.parametrize("organisation_id", [0, 999_999])
def test_a_contact_of_an_unknown_organisation_is_refused_by_its_field(cast: Cast, organisation_id: int) -> None:
    before = db.session.query(Contact).count()

    with pytest.raises(Invalid) as refusal:
        add_contact(NewContact("Milda", organisation_id=organisation_id), by=cast.ona)

    assert refusal.value.errors == {"organisation_id": ["There is no such organisation."]}
    assert db.session.query(Contact).count() == before


def test_the_name_of_a_contact_is_one_line(cast: Cast) -> None:
    assert add_contact(NewContact(" Milda\r\nBcc: all@elsewhere.example "), by=cast.ona).name == (
        "Milda Bcc: all@elsewhere.example"
    )
