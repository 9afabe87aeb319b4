"""E-mail through the server that the settings name."""

from __future__ import annotations

import smtplib

from django.core.mail import EmailMessage

from kaocheng.gateways.outbound import NotSent


def send_mail(*, to: str, subject: str, text: str) -> None:
    """One plain message; raises `NotSent` where the server does not take it."""
    try:
        EmailMessage(subject=subject, body=text, to=[to]).send()
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(type(error).__name__) from None
