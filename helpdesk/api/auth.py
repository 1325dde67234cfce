"""Who asks: a bearer token that acts as its account (RFC 6750), and how its request may touch the database."""

from __future__ import annotations

from flask import Response, g, request

from helpdesk.api.errors import problem
from helpdesk.core.db import begin_reading, begin_writing
from helpdesk.core.i18n import gettext as _
from helpdesk.core.i18n import speak
from helpdesk.people.accounts import account_by_token, actor_of
from helpdesk.policy.actor import NOBODY, Actor

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
REALM = 'Bearer realm="Threeline"'


def admit() -> Response | None:
    """The guard of the API: a live token, in its header and nowhere else, or 401."""
    (begin_reading if request.method in SAFE_METHODS else begin_writing)()
    g.api_actor = NOBODY
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        return _refused(_("Send your token in the header “Authorization: Bearer …”."), "token_missing", REALM)
    # Held on to: what an activity and its answer read of the same people then needs no further query.
    g.api_account = account = account_by_token(secret.strip())
    if account is None:
        words = _("This token is not valid: unknown, expired or revoked.")
        return _refused(words, "token_invalid", f'{REALM}, error="invalid_token"')
    g.api_actor = actor_of(account)
    speak(current_actor().language, current_actor().zone)
    return None


def leave(_error: BaseException | None) -> None:
    """The thread goes on to another request: it begins as a reader."""
    begin_reading()


def current_actor() -> Actor:
    """Who asks; nobody where no token was accepted."""
    actor: Actor = g.get("api_actor", NOBODY)
    return actor


def _refused(words: str, code: str, challenge: str) -> Response:
    return problem(401, words, code=code, headers={"WWW-Authenticate": challenge})
