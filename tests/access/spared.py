"""Checks whose absence nothing notices, each with what stands behind or before it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping


def is_among(name: str, beginnings: Iterable[str]) -> bool:
    return any(re.match(re.escape(one).replace(r"\*", ".*"), name) for one in beginnings)


# By the beginning of their names, where `*` stands for anything; whoever adds one says why.
DOUBLED: Mapping[str, str] = {
    "grant audit.history of lead: own": "the lead reaches further by the row below",
    "grant audit.history of officer: own": "the officer reaches further by the row below",
    "grant audit.history of audit_admin: own": "the administrator reaches all by the row below",
    "need of history:": "everybody holds the permission for what is their own; the door decides",
    "need of tasks:": "everybody holds the permission",
    "need of unit:": "everybody holds the permission; the door decides",
    "need of units:": "everybody holds the permission; the door decides",
    "grant task.see of *: own [] → unit": "the door asks for the person and their role",
    "grant review.write of *: own [] → unit": "the doors ask for the person",
    "grant notice.see of *: unit [] → below": "the door takes the unit itself",
    "grant notice.sign of *: unit [] → below": "the door takes the unit itself",
    "grant collection.fill of *: unit [] → below": "the door takes the unit itself",
    "grant collection.submit of *: unit *→ below": "the door takes the unit itself",
    "grant scheme.approve of *: unit *→ below": "the door takes the unit itself",
    "grant * of clerk: * ['city', *'] → * []": "no clerk works in a group or a panel",
    "grant * of officer: * ['city', *'] → * []": "no officer works in a group or a panel",
    "grant handover.make of lead: own [] → unit": "they reach further by another row",
    "grant handover.make of clerk: own [] → unit": "they reach further by another row",
    "grant handover.make of officer: own [] → unit": "they reach further by another row",
    "grant unit.see of reviewer: unit [] → below": "nothing lies below a panel",
    "grant person.personal_data of clerk: own [] → unit": "they reach further by another row",
    "grant person.personal_data of reviewer: own [] → unit": "they see nobody else on any page",
    "grant person.personal_data of audit_admin: own": "they see nobody else on any page",
    "kaocheng/access/holding:*: filter kind": "nothing but a panel has a keeper",
    "kaocheng/access/review:Office._panels: filter kind": "nothing but a panel has a keeper",
    "kaocheng/access/entry:entries_to_strike: filter adoption": "the subject is of the adoption",
    "kaocheng/access/holding:_of_panel: if": "whose unit keeps no panel bears nothing either",
    "kaocheng/access/holding:_found: filter adoption": "the condition is about its subjects",
    "kaocheng/access/holding:_held: filter adoption": "the subject is of the adoption",
    "kaocheng/access/holding:Holding._owners: filter adoption": "the subject is of the adoption",
    "kaocheng/access/holding:Holding.units: filter adoption": "more names of units, no more rows",
    "kaocheng/access/names:Names.look_up: filter argument 1": "only the wanted is taken",
    "kaocheng/access/names:Names.look_up: Q": "only the wanted is taken",
    "kaocheng/access/names:Names.of: filter": "every name must mean the person in the end",
    "kaocheng/access/names:Names._appointed: filter argument 1": "only the wanted is taken",
    "kaocheng/access/names:_called: ": "only the wanted is taken",
    "kaocheng/actions/account:change_password: only": "the page asks first",
    "kaocheng/actions/account:create_account: only": "nobody acts for an administrator",
    "kaocheng/actions/account:_administered: only": "nobody acts for an administrator",
    "kaocheng/actions/administrator:appoint_administrator: only": "nobody acts for one",
    "kaocheng/actions/administrator:end_administrator: only": "nobody acts for an administrator",
    "kaocheng/actions/setting:change_setting: only": "nobody acts for an administrator",
    "kaocheng/actions/delegation:grant_delegation: only": "the page asks first",
    "kaocheng/actions/delegation:enter_slip: only": "the page asks first",
    "kaocheng/web/account/delegations:grant: only": "the action asks too",
    "kaocheng/web/account/delegations:slip: only": "the action asks too",
    "kaocheng/actions/second_factor:confirm_totp: only": "the page asks first",
    "kaocheng/actions/second_factor:make_spare_codes: only": "the page asks first",
    "kaocheng/actions/second_factor:drop_second_factor: only": "the page asks first",
    "kaocheng/web/account/own:drop_second_factor: only": "the action asks too",
    "kaocheng/web/account/own:print_spare_codes: only": "the action asks too",
    "kaocheng/web/adoptions/preparing:end: refusal": "what is open is asked by a door of its own",
}
