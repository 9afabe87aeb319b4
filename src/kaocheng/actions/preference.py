"""How one person wants to read the product: language and size of type."""

from __future__ import annotations

from kaocheng.access.refusal import NotAllowed, Refused
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.records.models import Account

LANGUAGES = ("zh-hans", "zh-hant", "en")


@action("account.language")
def choose_language(act: Act, *, language: str) -> Answer:
    if language not in LANGUAGES:
        raise Refused("W01")
    account = _own(act)
    account.language = language
    account.save(update_fields=["language"])
    act.audit(account, language=language)
    return Answer.of(account)


@action("account.type_size")
def choose_type_size(act: Act, *, large: bool) -> Answer:
    account = _own(act)
    account.large_type = large
    account.save(update_fields=["large_type"])
    act.audit(account, large_type=large)
    return Answer.of(account)


def _own(act: Act) -> Account:
    """The reader's own account; who acts for somebody leaves that person's choices alone."""
    if act.actor.helper is not None:
        raise NotAllowed
    assert act.actor.account_id is not None
    return Account.objects.select_for_update().get(pk=act.actor.account_id)
