"""The jobs that gave up and wait for a person."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core import jobs
from helpdesk.core.command import transaction
from helpdesk.core.i18n import gettext as _
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import require
from helpdesk.web.auth import current_actor

bp = Blueprint("jobs", __name__, url_prefix="/jobs")


@bp.get("")
def index() -> str:
    require(current_actor(), Action.MANAGE_DESK)
    return render_template("console/jobs/index.html", backlog=jobs.backlog(), dead=jobs.dead_jobs())


@bp.post("/<int:job_id>/retry")
def retry(job_id: int) -> BaseResponse:
    require(current_actor(), Action.MANAGE_DESK)
    with transaction():
        jobs.revive(job_id)
    flash(_("It is tried again."))
    return redirect(url_for("console.jobs.index"))
