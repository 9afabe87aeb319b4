"""群机器人 of one's own unit: set, replaced, removed; its address is never shown."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kaocheng.access.refusal import Invalid
from kaocheng.actions.robot import remove_robot, set_robot
from kaocheng.queries.message import robot_kind
from kaocheng.web.asking import actor, by
from kaocheng.web.notices.forms import say_beside
from kaocheng.web.saying import say

PLATFORMS = {"dingtalk": _("钉钉群"), "wecom": _("企业微信群")}


class RobotForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("哪种群"), widget=forms.RadioSelect, choices=list(PLATFORMS.items())
    )
    url = forms.CharField(
        label=_("机器人地址"),
        max_length=300,
        widget=forms.PasswordInput({"autocomplete": "off"}),
        help_text=_("在群设置里新建自定义机器人后得到；保存后不再显示"),
    )
    secret = forms.CharField(
        label=_("加签密钥"),
        max_length=100,
        required=False,
        widget=forms.PasswordInput({"autocomplete": "off"}),
        help_text=_("钉钉机器人选“加签”时给出；企业微信没有"),
    )


def show(request: HttpRequest) -> HttpResponse:
    form = RobotForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            set_robot(by(request), **form.cleaned_data)
        except Invalid as problem:
            say_beside(form, problem)
        else:
            say(request, gettext("已保存。催办时会在群里发一句提醒，不写姓名和事由"))
            return redirect("group-robot")
    kind = robot_kind(actor(request))
    return render(
        request, "messages/robot.html", {"form": form, "platform": PLATFORMS.get(kind, "")}
    )


def remove(request: HttpRequest) -> HttpResponse:
    remove_robot(by(request))
    say(request, gettext("已删除，以后不再往群里发"))
    return redirect("group-robot")
