"""Which field of a table of ratings is what: the subject, the assessor, the line, the day.

Nothing here knows a register by name: it is read from types, from `once` and from the titles of
fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kaocheng.engine.language.registers import Field, Register
from kaocheng.engine.model import Pack
from kaocheng.queries.register_shape import RATER


@dataclass(frozen=True)
class Roles:
    """Which field of a table of ratings is what; empty where there is none of the kind.

    `works`: the register whose entries are gone through, where the subject is only named by them.
    """

    register: Register
    roster: str = ""
    subject: str = ""
    assessor: str = ""
    line: str = ""
    rubric: str = ""
    works: str = ""
    period: str = ""
    day: str = ""

    @classmethod
    def of(cls, pack: Pack, register: Register) -> Roles:
        return _roles(pack, register)

    @property
    def is_shared(self) -> bool:
        """Whether several people may rate the same: the table keeps them apart."""
        return not self.register.once or self.assessor in self.register.once

    @property
    def is_peer(self) -> bool:
        """Whether those who rate stand in the list of those who are rated."""
        return bool(self.assessor) and self.register.fields[self.assessor].type == self.roster

    @property
    def own_fields(self) -> frozenset[str]:
        """What the product fills in by itself."""
        names = (self.subject, self.assessor, self.line, self.day, self.key)
        return frozenset(name for name in names if name)

    @property
    def key(self) -> str:
        key = self.register.key
        return "" if key in (self.subject, self.line) else key


def _roles(pack: Pack, register: Register) -> Roles:
    fields = register.fields
    kinds = {one.id: one.kind for one in pack.registers.values()}
    rosters = [name for name, one in fields.items() if kinds.get(one.type) == "roster"]
    plain = [name for name, one in fields.items() if one.type == "text"]
    assessor = next((one for one in (*rosters, *plain) if RATER.search(fields[one].title)), "")
    about = [name for name in rosters if name != assessor and _is_about(pack, fields[name])]
    subject = about[0] if about else ""
    works, roster = "", fields[subject].type if subject else ""
    if not subject:
        works, roster = _works(pack, fields, assessor)
    days = [name for name, one in fields.items() if one.type == "date"]
    base = Roles(
        register=register,
        roster=roster,
        subject=subject,
        assessor=assessor,
        works=works,
        period=register.period or next((n for n, o in fields.items() if o.type == "period"), ""),
        day=register.date if register.date in days else (days[0] if len(days) == 1 else ""),
    )
    line, rubric = _line(pack, base)
    return replace(base, line=line, rubric=rubric)


def _is_about(pack: Pack, described: Field) -> bool:
    """Whether the field may name who is assessed: a result is about such, or it must be given."""
    return _is_assessed(described.type, pack) or described.required


def _works(pack: Pack, fields: Mapping[str, Field], assessor: str) -> tuple[str, str]:
    for name, described in fields.items():
        target = pack.registers.get(described.type)
        if name != assessor and target is not None and target.kind == "register":
            return target.id, _roles(pack, target).roster
    return "", ""


def _line(pack: Pack, roles: Roles) -> tuple[str, str]:
    """The field that is gone through line by line, and its table of parameters if there is one."""
    register, taken = roles.register, {roles.subject, roles.assessor, roles.day, roles.period}
    fields = {name: one for name, one in register.fields.items() if name not in taken}
    for parameter in pack.parameters.values():
        named = parameter.key[0] if len(parameter.key) == 1 and parameter.type == "table" else ""
        if named in fields and (named in register.once or fields[named].required):
            return named, parameter.id
    for name, described in fields.items():
        if described.type == roles.works and roles.works:
            return name, ""
    for name, described in fields.items():
        target = pack.registers.get(described.type)
        is_list = target is not None and target.kind in ("list", "roster")
        may = name in register.once or (described.required and len(fields) > 1)
        if may and (is_list or described.type == "choice"):
            return name, ""
    return "", ""


def _is_assessed(roster: str, pack: Pack) -> bool:
    return any(result.of == roster for result in pack.scheme.results)
