"""Long work: what it is, how far it is, what came of it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kaocheng.actions.job import cancel_job
from kaocheng.queries.job import progress
from kaocheng.web.asking import actor, by
from kaocheng.web.errors import is_partial
from kaocheng.web.saying import say


def job(request: HttpRequest, *, job_id: int) -> HttpResponse:
    template = "progress/part.html" if is_partial(request) else "progress/job.html"
    return render(request, template, {"job": progress(actor(request), job_id)})


def cancel(request: HttpRequest, *, job_id: int) -> HttpResponse:
    cancel_job(by(request), job_id=job_id)
    say(request, _("已取消；做完的部分都保留。"))
    return redirect("job", job_id=job_id)
