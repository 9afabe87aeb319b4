"""统一身份认证: out to the other system and back; off unless the environment names one."""

from __future__ import annotations

import logging
import secrets
from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from kaocheng.access.refusal import NotYours, Refused
from kaocheng.actions.sign_in import sign_in_linked
from kaocheng.gateways import cas, oidc
from kaocheng.gateways.oidc import NotSignedIn
from kaocheng.gateways.single_sign_on import cas_server, oidc_provider
from kaocheng.web.account.session import address_of, begin_session, device_of, next_page
from kaocheng.web.asking import by

LOG = logging.getLogger("kaocheng.web")


def leave_for_oidc(request: HttpRequest) -> HttpResponse:
    provider = oidc_provider()
    if provider is None:
        raise NotYours
    attempt = oidc.new_attempt()
    try:
        address = oidc.leave_for(provider, attempt, _return_to(request, "oidc-return"))
    except NotSignedIn as error:
        raise _refused(error) from error
    request.session["oidc"] = {**asdict(attempt), "next": next_page(request)}
    return HttpResponseRedirect(address)


def return_from_oidc(request: HttpRequest) -> HttpResponse:
    provider = oidc_provider()
    if provider is None:
        raise NotYours
    kept = request.session.pop("oidc", None)
    # Whoever was not sent out from this browser is not taken in by it.
    if not kept or not secrets.compare_digest(kept["state"], request.GET.get("state", "")):
        raise _refused(NotSignedIn("state"))
    wanted = kept.pop("next")
    try:
        number = oidc.staff_number(
            provider,
            oidc.Attempt(**kept),
            request.GET.get("code", "")[:2048],
            _return_to(request, "oidc-return"),
        )
    except NotSignedIn as error:
        raise _refused(error) from error
    return _come_in(request, number, "oidc", wanted)


def leave_for_cas(request: HttpRequest) -> HttpResponse:
    server = cas_server()
    if server is None:
        raise NotYours
    state = secrets.token_urlsafe(24)
    request.session["cas"] = {"state": state, "next": next_page(request)}
    return HttpResponseRedirect(cas.leave_for(server, _cas_return(request, state)))


def return_from_cas(request: HttpRequest) -> HttpResponse:
    server = cas_server()
    if server is None:
        raise NotYours
    kept = request.session.pop("cas", None)
    if not kept or not secrets.compare_digest(kept["state"], request.GET.get("state", "")):
        raise _refused(NotSignedIn("state"))
    try:
        number = cas.staff_number(
            server, request.GET.get("ticket", ""), _cas_return(request, kept["state"])
        )
    except NotSignedIn as error:
        raise _refused(error) from error
    return _come_in(request, number, "cas", kept["next"])


def _come_in(request: HttpRequest, number: str, way: str, wanted: str) -> HttpResponse:
    answer = sign_in_linked(
        by(request),
        staff_number=number,
        way=way,
        address=address_of(request),
        device=device_of(request),
    )
    if answer.said:
        raise Refused(answer.said)
    begin_session(request, answer, shared_pc=False, linked=True)
    return redirect(wanted)


def _return_to(request: HttpRequest, name: str) -> str:
    return request.build_absolute_uri(reverse(name))


def _cas_return(request: HttpRequest, state: str) -> str:
    return f"{_return_to(request, 'cas-return')}?{urlencode({'state': state})}"


def _refused(error: NotSignedIn) -> Refused:
    LOG.warning("single sign-on: %s", error.why)
    return Refused("W37")
