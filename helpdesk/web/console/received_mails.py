"""Raw mails as they came, and those held back in quarantine."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, render_template, send_file

from helpdesk.core.errors import NotFound
from helpdesk.core.files import FileStore
from helpdesk.mail.received import quarantined_mails, received_mail
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import require
from helpdesk.tickets.queries import get_ticket
from helpdesk.web.auth import current_actor
from helpdesk.web.files import SANDBOX

bp = Blueprint("received_mails", __name__, url_prefix="/mails")


@bp.get("/quarantine")
def quarantine() -> str:
    require(current_actor(), Action.READ_QUARANTINE)
    return render_template("console/received_mails/quarantine.html", mails=quarantined_mails())


@bp.get("/<int:mail_id>")
def show(mail_id: int) -> Response:
    """The raw mail as text, for whoever sees its ticket."""
    actor, mail = current_actor(), received_mail(mail_id)
    if mail is None:
        raise NotFound
    if mail.ticket_id is not None:
        get_ticket(str(mail.ticket_id), for_=actor)
    else:
        require(actor, Action.READ_QUARANTINE)
    store = FileStore(current_app.config["THREELINE"].attachments)
    try:
        content = store.open(mail.digest)
    except FileNotFoundError as error:
        raise NotFound(code="file_missing") from error
    response: Response = send_file(content, mimetype="text/plain; charset=utf-8", download_name=f"mail-{mail.id}.eml")
    response.headers["Content-Security-Policy"] = SANDBOX
    return response
