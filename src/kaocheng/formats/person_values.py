"""What stands in a cell about a person, as exact values: one meaning for rosters and for forms."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from kaocheng.formats.cell_text import trimmed
from kaocheng.methods.identity import is_id_number, is_phone, plain_id_number, plain_phone

Value = str | date | None


class Wrong(ValueError):
    """Why a value does not hold, and what to do: the words of W50."""

    def __init__(self, why: str, how: str) -> None:
        super().__init__(why)
        self.why, self.how = why, how


@dataclass(frozen=True)
class Field:
    """A field of a person: its title in Chinese and English, how it is read, who may see it."""

    id: str
    title: str
    english: str
    read: Callable[[str], Value]
    is_personal: bool = False


_LONGEST_NAME, _LONGEST_TEXT, _LONGEST_NUMBER, _LONGEST_EMAIL = 40, 20, 32, 120
_NAME = re.compile(r"[\w·•・‧\s.\-()（）]+")
_STAFF_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._\-]*")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?:[ T]0?0:00(?::00)?)?")
_MONTH = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})月?")
_EIGHT = re.compile(r"([12][0-9]{3})([01][0-9])([0-3][0-9])")
_SERIAL = re.compile(r"[1-9][0-9]{4}")
_FIRST_DAY, _LAST_DAY = date(1920, 1, 1), date(2100, 1, 1)
_GENDERS = {
    "男": "男", "女": "女", "男性": "男", "女性": "女", "m": "男", "f": "女", "male": "男",
    "female": "女", "1": "男", "2": "女",
}  # fmt: skip
ROLES: Mapping[str, str] = {
    "": "member", "教师": "member", "教员": "member", "成员": "member", "职工": "member",
    "员工": "member", "工作人员": "member", "专任教师": "member", "teacher": "member",
    "member": "member", "坊主": "workshop_leader", "工作坊坊主": "workshop_leader",
    "workshop leader": "workshop_leader", "校长": "lead", "副校长": "lead", "负责人": "lead",
    "园长": "lead", "教研组长": "lead", "组长": "lead", "principal": "lead",
    "administrator": "lead", "lead": "lead", "信息员": "clerk", "学校信息员": "clerk",
    "学校管理员": "clerk", "siteadministrator": "clerk",
    "clerk": "clerk", "工程办": "officer", "officer": "officer", "评审专家": "reviewer",
    "reviewer": "reviewer",
}  # fmt: skip


def read_name(text: str) -> str:
    name = re.sub(r"\s+", " ", trimmed(text))
    # Names of two and three characters are often spread for the eye: 陈　敏.
    if re.fullmatch(r"[\u3400-\u9fff](?: [\u3400-\u9fff]){1,3}", name):
        name = name.replace(" ", "")
    if len(name) > _LONGEST_NAME:
        raise Wrong(f"超过 {_LONGEST_NAME} 个字", "请只写姓名")
    if name and (not _NAME.fullmatch(name) or re.search(r"[0-9_]", name)):
        raise Wrong("里面有不是姓名的符号", "请只写姓名，备注写在别的列")
    return name


def read_staff_number(text: str) -> str:
    number = trimmed(text)
    if len(number) > _LONGEST_NUMBER:
        raise Wrong(f"超过 {_LONGEST_NUMBER} 位", "请核对编号")
    if number and not _STAFF_NUMBER.fullmatch(number):
        raise Wrong("只能有字母、数字、点、横线", "请核对编号；前面的空格、引号要去掉")
    return number


def read_id_number(text: str) -> str:
    number = plain_id_number(text)
    if number and re.fullmatch(r"[0-9]{15}000", number) and not is_id_number(number):
        raise Wrong("后三位被 Excel 改成了 0", "请把整列设为“文本”格式，再从原始资料重新填写")
    if number and not is_id_number(number):
        raise Wrong("位数或校验码不对", "请对照身份证核对 18 位号码")
    return number


def read_phone(text: str) -> str:
    number = plain_phone(text)
    if number and not is_phone(number):
        raise Wrong("不是 11 位手机号码", "请核对；只有固定电话的，这一格留空")
    return number


def read_email(text: str) -> str:
    address = trimmed(text)
    if address and (len(address) > _LONGEST_EMAIL or not _EMAIL.fullmatch(address)):
        raise Wrong("不是完整的邮箱地址", "请写成 name@example.cn 这样的地址")
    return address


def read_gender(text: str) -> str:
    plain = trimmed(text).lower()
    if plain and plain not in _GENDERS:
        raise Wrong("只能填男或女", "请改成男或女；不填也可以")
    return _GENDERS.get(plain, "")


def read_day(text: str) -> date | None:
    """A day as people write it; a month alone means its first day, a bare number Excel's count."""
    plain = trimmed(text)
    if not plain:
        return None
    found = _DAY.fullmatch(plain) or _EIGHT.fullmatch(plain)
    month = None if found else _MONTH.fullmatch(plain)
    try:
        if found:
            day = date(int(found[1]), int(found[2]), int(found[3]))
        elif month:
            day = date(int(month[1]), int(month[2]), 1)
        elif _SERIAL.fullmatch(plain):
            day = date(1899, 12, 30) + timedelta(days=int(plain))
        else:
            raise ValueError
        if not _FIRST_DAY <= day < _LAST_DAY:
            raise ValueError
    except ValueError:
        raise Wrong("不是日期", "请写成 2020-09-01 这样的日期") from None
    return day


def read_role(text: str) -> str:
    plain = trimmed(text).lower()
    if plain not in ROLES:
        raise Wrong(f"没有“{plain[:10]}”这种任职", "请写教师、坊主、负责人或信息员；不填按教师")
    return ROLES[plain]


def _read_text(text: str) -> str:
    plain = trimmed(text)
    if len(plain) > _LONGEST_TEXT:
        raise Wrong(f"超过 {_LONGEST_TEXT} 个字", "请写简称")
    return plain


FIELDS: Mapping[str, Field] = {
    field.id: field
    for field in (
        Field("name", "姓名", "name", read_name),
        Field("staff_number", "师训编号", "staff number", read_staff_number),
        Field("gender", "性别", "gender", read_gender),
        Field("subject", "学科", "subject", _read_text),
        Field("title", "职称", "professional title", _read_text),
        Field("role", "任职", "role", read_role),
        Field("starts_on", "任职起", "appointed from", read_day),
        Field("id_number", "身份证号", "ID number", read_id_number, is_personal=True),
        Field("phone", "手机号码", "mobile phone", read_phone, is_personal=True),
        Field("email", "邮箱", "e-mail", read_email, is_personal=True),
        Field("born_on", "出生日期", "date of birth", read_day, is_personal=True),
    )
}
