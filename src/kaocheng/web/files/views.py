"""文件: handing in one at a time, its receipt, and getting it back."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kaocheng.access.refusal import Refused
from kaocheng.actions.file import hand_in_file, keep_bytes, withdraw_file
from kaocheng.queries.file import MOST_MEGABYTES, content_of, file_line, own_files
from kaocheng.web.asking import actor, by
from kaocheng.web.saying import say

# A file is opened by its own program, never by our pages in the browser.
CONTENT_POLICY = "default-src 'none'; sandbox"


def files(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _hand_in(request)
    return _page(request)


def file(request: HttpRequest, *, use_id: int) -> HttpResponse:
    return render(request, "files/file.html", {"file": file_line(actor(request), use_id)})


def content(request: HttpRequest, *, use_id: int) -> FileResponse:
    found = content_of(actor(request), use_id)
    response = FileResponse(
        found.stream, as_attachment=True, filename=found.name, content_type=found.media_type
    )
    response["Content-Length"] = str(found.size)
    response["Content-Security-Policy"] = CONTENT_POLICY
    response["X-Content-Type-Options"] = "nosniff"
    return response


def withdraw(request: HttpRequest, *, use_id: int) -> HttpResponse:
    version = request.POST.get("version", "")
    if not version.isdecimal():
        raise Refused("W01")
    withdraw_file(by(request), use_id=use_id, version=int(version))
    say(request, _("已撤回这个文件；回执保留作记录。"))
    return redirect("file", use_id=use_id)


def _hand_in(request: HttpRequest) -> HttpResponse:
    try:
        arrived = request.FILES.get("file")
        if arrived is None:
            raise Refused("W82")
        answer = _keep(request, arrived)
    except Refused as problem:
        return _page(request, problem)
    say(request, _("已收到，回执见下。"))
    return redirect("file", use_id=int(answer))


def _keep(request: HttpRequest, arrived: UploadedFile[bytes]) -> str:
    kept = keep_bytes(arrived.chunks(), digest=request.POST.get("digest", "").strip())
    who = actor(request)
    answer = hand_in_file(
        by(request),
        digest=kept.digest,
        size=kept.size,
        head=kept.head.hex(),
        name=arrived.name or "",
        object_kind="person",
        object_id=str(who.person_id),
    )
    return answer.id


def _page(request: HttpRequest, problem: Refused | None = None) -> HttpResponse:
    number = request.GET.get("page", "")
    shown = own_files(actor(request), page=int(number) if number.isdecimal() else 1)
    return render(
        request,
        "files/files.html",
        {"page": shown, "problem": problem, "most": MOST_MEGABYTES},
        status=problem.status if problem else 200,
    )
