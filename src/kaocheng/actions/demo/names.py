"""Invented names and numbers: common ones, so that nobody in particular is meant."""

from __future__ import annotations

from datetime import date
from random import Random

# Issued to nobody: no area has this code, and no operator sells numbers with this beginning.
AREA, PHONES = "999999", "1540"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余"
    "杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦方白邹孟熊秦江阎薛侯雷龙段郝孔邵史"
)
# The first of the list are held by far more people than the last.
_SHARES = [1 / (place + 4) for place in range(len(SURNAMES))]
WOMEN = (
    "敏", "静", "丽", "芳", "娜", "燕", "玲", "霞", "晓梅", "文静", "雅琴", "秀英", "雪莹", "慧敏",
    "佳怡", "思琪", "玉兰", "海燕", "春梅", "淑珍", "婉婷", "梦洁", "晓燕", "美玲", "红梅", "丽娟",
    "素芬", "嘉欣", "诗雨", "欣然", "若兰", "静怡", "月华", "秋菊", "晨曦", "语桐", "舒雅", "瑞芳",
)  # fmt: skip
MEN = (
    "伟", "强", "磊", "军", "勇", "杰", "涛", "明", "建国", "志强", "文博", "海涛", "俊杰", "晓东",
    "国平", "建华", "子轩", "浩然", "宇航", "立新", "永康", "家豪", "卫东", "少华", "振宇", "一鸣",
    "正阳", "春生", "启航", "思远", "德明", "景行", "家明", "长青", "立群", "维民", "树森", "昊天",
)  # fmt: skip


class Names:
    """People in a fixed order for one seed."""

    def __init__(self, dice: Random) -> None:
        self.dice = dice
        self.numbered = 0

    def gender(self) -> str:
        return "女" if self.dice.random() < 0.66 else "男"

    def name(self, gender: str) -> str:
        (surname,) = self.dice.choices(SURNAMES, _SHARES)
        return surname + self.dice.choice(WOMEN if gender == "女" else MEN)

    def born(self, *, today: date, least: int = 22, most: int = 59) -> date:
        """A birthday of somebody between the ages, both included."""
        age = self.dice.randint(least, most)
        month, day = self.dice.randint(1, 12), self.dice.randint(1, 28)
        had_birthday = (month, day) <= (today.month, today.day)
        return date(today.year - age - (0 if had_birthday else 1), month, day)

    def id_number(self, born: date, gender: str) -> str:
        """Valid in every place, and belonging to nobody."""
        self.numbered += 1
        sequence = self.numbered % 499 * 2 + (1 if gender == "男" else 0)
        body = f"{AREA}{born:%Y%m%d}{sequence:03d}"
        total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
        return body + _CHECK[total % 11]

    def phone(self) -> str:
        return f"{PHONES}{self.numbered:07d}"
