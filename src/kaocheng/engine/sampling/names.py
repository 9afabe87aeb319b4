"""Names that nobody bears: of people, and of places for schools, offices and villages."""

from __future__ import annotations

from kaocheng.engine.sampling.dice import Dice

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田"
    "董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白"
    "邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_TWO_LETTERS = ("欧阳", "司马", "上官", "诸葛")
_GIVEN = (
    "秀英桂兰玉梅淑珍丽华建国志强海燕晓东文静雪峰春明佳慧宇航思远子涵雨欣"
    "浩然嘉怡俊杰梦瑶立新永红卫平小红大勇国庆冬梅金凤德胜长江"
)
_PLACES = (
    "云山", "清河", "海屿", "石桥", "南岭", "白沙", "临江", "青松", "双溪", "龙泉", "凤鸣", "长岗",
    "东塘", "西湾", "北辰", "柳林", "金坪", "银杏", "竹溪", "梅岭", "荷塘", "沙湖", "枫桥", "杏坛",
    "永兴", "平安", "新丰", "大同", "和风", "秋水", "望江", "听涛", "向阳", "朝晖", "星河", "明德",
)  # fmt: skip
# What the name of a unit ends with, the longer before the shorter.
_ENDINGS = (
    "中心幼儿园", "实验小学", "中心小学", "实验中学", "中心学校", "九年制学校", "教研组",
    "服务中心", "办公室", "居委会", "村委会", "幼儿园", "社区", "小学", "初中", "中学", "学校",
    "街道", "公司", "部门", "村", "镇", "乡", "区", "县", "市", "部", "科", "所", "站", "组", "班",
    "坊",
)  # fmt: skip


def person(dice: Dice) -> str:
    """A surname and a given name of one or two characters."""
    surname = dice.one_of(_TWO_LETTERS) if dice.happens(20) else dice.one_of(_SURNAMES)
    given = dice.one_of(_GIVEN)
    return surname + given + (dice.one_of(_GIVEN) if dice.happens(800) else "")


def place(name: str, copy: int) -> str:
    """Another unit of the same kind: 云山小学 → 清河小学; the same name for the first copy."""
    if copy == 0:
        return name
    ending = next((one for one in _ENDINGS if name.endswith(one)), "")
    stem = name.removesuffix(ending)
    rounds, at = divmod(copy - 1, len(_PLACES))
    number = str(rounds + 1) if rounds else ""
    return f"{_PLACES[at]}{stem}{number}{ending}" if ending else f"{name}{copy + 1}"
