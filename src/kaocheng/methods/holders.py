"""Who is meant by what a scheme calls people: 校长, 区工程办, 直接上级, 被考核人.

A scheme names titles; who bears them stands nowhere in it. What is suggested here is only a first
guess for the table of an adoption, which the unit fills in and approves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self


class How(StrEnum):
    """How the people are found for a subject."""

    SUBJECT = "subject"  # the subject: the person, or whoever leads the unit that it is
    ROLE = "role"  # a role in the nearest unit of a kind, at or above the subject's
    FIELD = "field"  # whom a field of the subject's row names
    REGISTER = "register"  # whom a register assigns to the subject
    PANEL = "panel"  # the reviewers of a panel
    OUTSIDE = "outside"  # nobody here; the office of the adopting unit brings what they say


@dataclass(frozen=True)
class Holder:
    """One answer to “who is that”.

    `role` and `kind` for a role (no kind: the adopting unit itself), `field` of the roster for a
    named person, `register` with the `field` that names who was assigned, `panel` the id of a unit.
    """

    how: How
    role: str = ""
    kind: str = ""
    field: str = ""
    register: str = ""
    panel: int = 0

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        return cls(**{**kept, "how": How(kept["how"])})

    def kept(self) -> dict[str, Any]:
        """What the database holds of it: no more than what says something."""
        found = {name: value for name, value in asdict(self).items() if value}
        return {**found, "how": self.how.value}


def _role(role: str, kind: str = "") -> Holder:
    return Holder(How.ROLE, role=role, kind=kind)


SUBJECT, OUTSIDE = Holder(How.SUBJECT), Holder(How.OUTSIDE)
# Words within a title, the most telling first. The kind of a unit narrows where a role is held.
_WORDS: tuple[tuple[str, Holder], ...] = (
    (r"平台|系统|第三方|公安|消防|检察|法院", OUTSIDE),
    (r"被考核|被考评|本人|每名教师|每位教师", SUBJECT),
    (r"校长|学校管理员|校委会|校考核|学校项目办|中小学校", _role("lead", "school")),
    (r"教研组长|年级组长|学科组|各学科|备课组", _role("lead", "group")),
    (r"坊主|管理团队", _role("workshop_leader", "group")),
    (r"市工程办|市教育局|市政府|市级", _role("officer", "city")),
    (r"区工程办|区教|县教|县局|县电教|县级|区级|区安|区应|教育局", _role("officer", "district")),
    (r"中心学校|中心小学|学区|镇教", _role("officer", "town")),
    (r"专家|指导团队|评审|验收组|督导", _role("reviewer", "panel")),
    (r"乡镇", _role("lead", "township")),
    (r"领导小组|工作小组|考核组|办公室|人力资源|考评小组|检测|检查小组|教代会", _role("lead")),
    (r"部门|责任单位|办公室|各单位", _role("lead", "department")),
    (r"教师|班主任|教职工|员|撰稿人|首接人", SUBJECT),
    (r"学校|附属园|幼儿园|校区|单位", _role("lead", "school")),
)


def suggested(title: str, *, fields: Mapping[str, str] | None = None) -> Holder:
    """A first guess for a title; `fields`: names of the roster's text columns by their titles."""
    for named, field in (fields or {}).items():
        if named == title:
            return Holder(How.FIELD, field=field)
    for words, holder in _WORDS:
        if re.search(words, title):
            return holder
    return _role("lead")
