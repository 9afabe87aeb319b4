"""Which column of a roster is what, by the words that schools and provincial platforms use."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

# What a heading may be called, in the order in which it is shown; the first is ours.
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "name": ("姓名", "教师姓名", "人员姓名", "名字", "name", "full name", "teacher name"),
    "staff_number": (
        "师训编号", "师训号", "继教编号", "继续教育编号", "教师编号", "工号", "职工号", "教工号",
        "人员编号", "编号", "staff number", "staff no", "staff id", "employee number",
        "employee id", "teacher id", "identifier",
    ),
    "unit": (
        "单位", "学校", "学校名称", "单位名称", "所在学校", "所在单位", "工作单位", "任教学校",
        "机构代码", "学校代码", "school", "school name", "unit", "organisation", "organization",
    ),
    "group": ("教研组", "部门", "学科组", "科室", "处室", "group", "department", "subject group"),
    "role": ("任职", "职务", "岗位", "角色", "role", "position"),
    "gender": ("性别", "gender", "sex"),
    "subject": ("学科", "任教学科", "任课学科", "主教学科", "subject", "teaching subject"),
    "title": ("职称", "专业技术职务", "职称等级", "title", "professional title"),
    "id_number": (
        "身份证号", "身份证号码", "身份证", "身份证件号", "身份证件号码", "证件号", "证件号码",
        "公民身份号码", "id number", "id no", "identity number", "national id",
    ),
    "phone": (
        "手机号码", "手机号", "手机", "联系电话", "联系方式", "电话", "移动电话", "mobile", "phone",
        "mobile phone", "cell phone", "telephone",
    ),
    "email": ("邮箱", "电子邮箱", "电子邮件", "邮件", "email", "e-mail", "email address"),
    "born_on": ("出生日期", "出生年月", "出生年月日", "生日", "date of birth", "birth date", "dob"),
    "starts_on": (
        "任职起", "任职时间", "任职日期", "到校时间", "入职时间", "入职日期", "start date",
        "appointed from", "hire date",
    ),
}  # fmt: skip
# Columns that are expected and mean nothing to us: what we added ourselves, and running numbers.
IGNORED = ("序号", "问题", "说明", "备注", "no", "no.", "remark", "remarks", "notes", "#")
# The columns of an empty table, in their order.
TEMPLATE = (
    "unit", "group", "name", "staff_number", "role", "gender", "subject", "title", "id_number",
    "phone", "email", "born_on", "starts_on",
)  # fmt: skip

_DECORATION = re.compile(r"[\s*＊:：.]|[（(](?:必填|选填|可不填|required|optional)[）)]")


def plain_heading(text: str) -> str:
    """Without blanks, stars and “必填”, in small letters of ordinary width."""
    return _DECORATION.sub("", unicodedata.normalize("NFKC", text).lower())


_FIELD_OF = {plain_heading(word): field for field, words in SYNONYMS.items() for word in words}
_IGNORED = frozenset(map(plain_heading, IGNORED))


def columns_of(heading: Sequence[str]) -> dict[str, int]:
    """Field and index of each column that is known; the first one where a field comes twice."""
    columns: dict[str, int] = {}
    for index, text in enumerate(heading):
        field = _FIELD_OF.get(plain_heading(text))
        if field is not None:
            columns.setdefault(field, index)
    return columns


def unknown_in(heading: Sequence[str]) -> tuple[str, ...]:
    """Headings that nothing is read from, without those that are expected."""
    known = set(columns_of(heading).values())
    return tuple(
        text
        for index, text in enumerate(heading)
        if text and index not in known and plain_heading(text) not in _IGNORED
    )


def is_heading(cells: Sequence[str]) -> bool:
    """Whether this row names the columns: at least the name and the number."""
    return {"name", "staff_number"} <= columns_of(cells).keys()
