"""How names sort: their reading in pinyin, with the readings that characters have as surnames.

A key is one syllable with its tone for each character (`chen2 min3`), so that it sorts by the first
character's sound and tone, then by the second's, whatever the database's own order is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

LONGEST_PERSON, LONGEST_UNIT = 160, 240

# Read otherwise as a surname than as a word, or read in two ways of which the surname is the rarer.
SURNAMES: Mapping[str, str] = {
    "单": "shan4", "曾": "zeng1", "区": "ou1", "仇": "qiu2", "查": "zha1", "解": "xie4",
    "任": "ren2", "华": "hua4", "盖": "ge3", "葛": "ge3", "朴": "piao2", "乐": "yue4",
    "燕": "yan1", "缪": "miao4", "翟": "zhai2", "秘": "bi4", "冼": "xian3", "洗": "xian3",
    "种": "chong2", "尉": "wei4", "宁": "ning4", "应": "ying1", "过": "guo1", "繁": "po2",
    "召": "shao4", "祭": "zhai4", "折": "she2", "员": "yun4", "隗": "wei3", "幺": "yao1",
    "么": "yao1", "佴": "nai4", "逄": "pang2", "逯": "lu4", "覃": "qin2", "郇": "xun2",
    "牟": "mou2", "撒": "sa4", "占": "zhan1", "薄": "bo2", "宓": "mi4", "哈": "ha3",
    "那": "na1", "都": "du1", "干": "gan1", "句": "gou1", "曲": "qu1", "沈": "shen3",
    "谌": "chen2", "谷": "gu3", "贾": "jia3", "柏": "bai3", "相": "xiang4", "訾": "zi1",
    "郗": "xi1", "纪": "ji3", "费": "fei4", "钭": "tou3", "阚": "kan4", "重": "chong2",
    "卜": "bu3", "於": "yu1", "俞": "yu2", "褚": "chu3", "晁": "chao2", "石": "shi2",
    "车": "che1", "万": "wan4", "强": "qiang2", "盛": "sheng4", "乜": "nie4", "眭": "sui1",
    "麴": "qu1", "笪": "da2", "厍": "she4", "昝": "zan3", "俱": "ju4", "适": "kuo4",
    "尹": "yin3", "鲜": "xian1", "令": "ling2", "降": "jiang4", "粘": "nian2", "睢": "sui1",
}  # fmt: skip
# Two characters, counted as one surname only where a given name follows.
LONG_SURNAMES: Mapping[str, str] = {
    "尉迟": "yu4 chi2", "万俟": "mo4 qi2", "长孙": "zhang3 sun1", "令狐": "ling2 hu2",
    "澹台": "tan2 tai2", "皇甫": "huang2 fu3", "鲜于": "xian1 yu2", "淳于": "chun2 yu2",
    "濮阳": "pu2 yang2", "夏侯": "xia4 hou2", "拓跋": "tuo4 ba2", "亓官": "qi2 guan1",
    "欧阳": "ou1 yang2", "上官": "shang4 guan1", "司徒": "si1 tu2", "司马": "si1 ma3",
    "司空": "si1 kong1", "诸葛": "zhu1 ge3", "慕容": "mu4 rong2", "宇文": "yu3 wen2",
    "公孙": "gong1 sun1", "钟离": "zhong1 li2", "轩辕": "xuan1 yuan2", "呼延": "hu1 yan2",
    "东方": "dong1 fang1", "端木": "duan1 mu4", "南宫": "nan2 gong1", "独孤": "du2 gu1",
}  # fmt: skip
# Characters that given names take in another reading than single words do.
_GIVEN: Mapping[str, str] = {"长": "chang2", "行": "xing2", "朝": "chao2"}
# Places whose name is read otherwise than its characters are.
_PLACES: Mapping[str, str] = {
    "单县": "shan4 xian4", "浚县": "xun4 xian4", "任丘": "ren2 qiu1", "六安": "lu4 an1",
    "乐清": "yue4 qing1", "乐亭": "lao4 ting2", "洪洞": "hong2 tong2", "枞阳": "zong1 yang2",
}  # fmt: skip
_MARKS_IN_NAMES = re.compile(r"[·•・‧\s]+")
_SPELLED = re.compile(r"[a-zü]+[1-5]?")


def person_pinyin(name: str) -> str:
    """The key of a person: surname first, read as a surname."""
    plain = _plain(name)
    if len(plain) > 2 and (surname := LONG_SURNAMES.get(plain[:2])):
        return _joined(surname, _given(plain[2:]), most=LONGEST_PERSON)
    if surname := SURNAMES.get(plain[:1], ""):
        return _joined(surname, _given(plain[1:]), most=LONGEST_PERSON)
    if plain.isascii():
        return plain[:LONGEST_PERSON]
    return _joined(_read(plain[:1]), _given(plain[1:]), most=LONGEST_PERSON)


def unit_pinyin(name: str) -> str:
    """The key of a school or an office: read as words, 重庆 is chong2 qing4."""
    plain = _plain(name)
    if place := _PLACES.get(plain[:2]):
        return _joined(place, _read(plain[2:]), most=LONGEST_UNIT)
    return _joined(_read(plain), most=LONGEST_UNIT)


def letters(key: str) -> str:
    """What somebody types to find it: `chenmin`."""
    return re.sub(r"[0-9 ]", "", key)


def initials(key: str) -> str:
    """The first letters: `cm`."""
    return "".join(syllable[0] for syllable in _SPELLED.findall(key))


def _plain(name: str) -> str:
    return _MARKS_IN_NAMES.sub("", unicodedata.normalize("NFKC", name)).lower()


def _joined(*parts: str, most: int) -> str:
    return " ".join(part for part in parts if part)[:most]


def _given(text: str) -> str:
    if not any(character in _GIVEN for character in text):
        return _read(text)
    return " ".join(_GIVEN.get(character) or _read(character) for character in text)


@lru_cache(maxsize=20_000)
def _read(text: str) -> str:
    """Given names repeat: a city of 150,000 has some 40,000."""
    from pypinyin import Style, lazy_pinyin

    return " ".join(lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True, v_to_u=True))
