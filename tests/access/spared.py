"""Checks whose absence the matrix does not notice, each with what stands behind it.

The tables name mutants by the beginning of their names; `*` stands for anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping


def is_among(name: str, beginnings: Iterable[str]) -> bool:
    return any(re.match(re.escape(one).replace(r"\*", ".*"), name) for one in beginnings)


# Checks that nothing notices because another one stands behind or before them, by the beginning of
# their names; whoever adds one says which.
DOUBLED: Mapping[str, str] = {
    "grant audit.history of lead: own": "the lead reaches further by the row below",
    "grant audit.history of officer: own": "the officer reaches further by the row below",
    "grant audit.history of audit_admin: own": "the administrator reaches all by the row below",
    "need of history:": "everybody holds the permission for what is their own; the door decides",
    "need of tasks:": "everybody holds the permission",
    "need of unit:": "everybody holds the permission; the door decides",
    "need of units:": "everybody holds the permission; the door decides",
    "kaocheng/access/task:task_counts_below: ": "a board asks below a unit of another door alone",
    "kaocheng/access/task:units_below: ": "a board asks below a unit of another door alone",
    "kaocheng/access/audit:history: refusal": "a kind without an owner, which no page links to",
    "kaocheng/access/audit:whole_log: ": "the need of the pages; the other way it shows less",
    "kaocheng/access/notice:receipts_of_issued: ": "the notice is fetched by its own door before",
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

# Checks about whom or what a form names, which no address holds: a test of their own notices them.
ELSEWHERE: Mapping[str, str] = {
    "kaocheng/access/account:_helped": "tests/actions/test_account.py",
    "kaocheng/access/account:refuse_two_administrators": "tests/actions/test_administrator.py",
    # Whose place in the list is taken; a ballot of the city has one voter.
    "kaocheng/access/ballot:own_voters": (
        "tests/actions/test_ballot.py tests/access/test_doors.py"
    ),
    "kaocheng/access/collection:may_see_value": "tests/actions/test_collection_part.py",
    "kaocheng/access/collection:parts_asked_by_us": "tests/actions/test_collection_part.py",
    "kaocheng/access/collection:parts_to_send": "tests/actions/test_collection_part.py",
    "kaocheng/access/delegation:_valid": "tests/access/test_colleagues.py",
    "kaocheng/access/delegation:colleagues": (
        "tests/access/test_colleagues.py tests/actions/test_delegation.py"
    ),
    "kaocheng/access/delegation:holds_administrator": "tests/actions/test_delegation.py",
    "kaocheng/access/delegation:home_path": "tests/actions/test_delegation.py",
    "kaocheng/access/handover:handed_roles": (
        "tests/access/test_colleagues.py tests/actions/test_handover.py"
    ),
    "kaocheng/access/handover:takers": (
        "tests/access/test_colleagues.py tests/actions/test_handover.py"
    ),
    "kaocheng/access/notice:units_to_address: exclude": "tests/access/test_addressing.py",
    "kaocheng/actions/adoption_end:end_adoption: only": "tests/access/test_in_person.py",
    "kaocheng/actions/consequence:decide_consequence: only": "tests/access/test_in_person.py",
    "kaocheng/actions/notice:sign_notice: only": "tests/access/test_in_person.py",
    "kaocheng/actions/result:_round_to_freeze: only": "tests/access/test_in_person.py",
    "kaocheng/actions/result:reopen_results: only": "tests/access/test_in_person.py",
    "kaocheng/actions/review:check_review: only": "tests/access/test_in_person.py",
    "kaocheng/actions/review:submit_review: only": "tests/access/test_in_person.py",
    "kaocheng/web/account/passwords:help_person: only": "tests/access/test_in_person.py",
    # Asked without a page.
    "kaocheng/access/adoption:in_sight_condition: if … return NOBODY": (
        "tests/access/test_doors.py"
    ),
    "kaocheng/access/ballot:ballots_to_vote: if … return NOBODY": "tests/access/test_doors.py",
    "kaocheng/access/collection:units_to_ask: comparison": "tests/access/test_doors.py",
    "kaocheng/access/collection:units_to_ask: exclude": "tests/access/test_single_doors.py",
    "kaocheng/access/collection:units_to_ask: filter closes_on": (
        "tests/access/test_single_doors.py"
    ),
    "kaocheng/access/collection:units_to_ask: filter kind__in": (
        "tests/access/test_single_doors.py"
    ),
    "kaocheng/access/entry:_in_sight: Q": "tests/access/test_doors.py",
    "kaocheng/access/entry:_in_sight: if … return NOBODY": "tests/access/test_doors.py",
    "kaocheng/access/entry:adoptions_at_work: if … return NOBODY": "tests/access/test_doors.py",
    "kaocheng/access/entry:entries_in_sight: within argument 1": "tests/access/test_doors.py",
    "kaocheng/access/entry:subjects_in_sight: within argument 1": "tests/access/test_doors.py",
    "kaocheng/access/job:jobs: exclude": "tests/access/test_single_doors.py",
    "kaocheng/access/notice:_own_unit: if … return NOBODY": "tests/access/test_doors.py",
    "kaocheng/access/notice:notices_received: Exists": "tests/access/test_doors.py",
    "kaocheng/access/notice:notices_received: filter argument 1": "tests/access/test_doors.py",
    "kaocheng/access/notice:notices_received: within argument 1": "tests/access/test_doors.py",
    "kaocheng/access/result:entries_with_results: within argument 1": (
        "tests/access/test_doors.py"
    ),
    "kaocheng/access/result:rows_to_acknowledge: if … return NOBODY": (
        "tests/access/test_doors.py"
    ),
    "kaocheng/access/result:subjects_with_results: within argument 1": (
        "tests/access/test_doors.py"
    ),
    "kaocheng/access/review:Office._within: if … return NOBODY": (
        "tests/access/test_single_doors.py"
    ),
    "kaocheng/access/review:Office.all_reviews: within argument 1": (
        "tests/access/test_single_doors.py"
    ),
    "kaocheng/access/review:Office.reviews: filter register": "tests/access/test_single_doors.py",
    "kaocheng/access/review:Office.reviews: filter round": "tests/access/test_single_doors.py",
    "kaocheng/access/review:Office.reviews: within argument 1": (
        "tests/access/test_single_doors.py"
    ),
    "kaocheng/access/review:Office.subjects: filter has_left": (
        "tests/access/test_single_doors.py"
    ),
    "kaocheng/access/review:own_reviews: if … return NOBODY": "tests/access/test_doors.py",
    "kaocheng/access/review:rounds_at_work: filter person": "tests/access/test_single_doors.py",
    "kaocheng/access/review:rounds_at_work: if … return NOBODY": "tests/access/test_doors.py",
    "kaocheng/access/review:subjects_to_open: filter has_left": (
        "tests/access/test_single_doors.py"
    ),
    "kaocheng/access/review:subjects_to_open: within argument 1": "tests/access/test_doors.py",
    "kaocheng/access/round:adoptions_to_run: filter state": "tests/access/test_single_doors.py",
    "kaocheng/access/round:adoptions_to_run: within argument 1": "tests/access/test_doors.py",
    "kaocheng/access/round:obligations_to_run: within argument 1": "tests/access/test_doors.py",
    "kaocheng/access/scope:people: within argument 1": "tests/access/test_doors.py",
    "kaocheng/access/unit:roster_imports: within argument 1": "tests/access/test_doors.py",
}
