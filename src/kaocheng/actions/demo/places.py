"""The invented city as tables: what stands under what, and how large it is."""

from __future__ import annotations

from dataclasses import dataclass

CITY = "云屏市"
DISTRICTS = {"云山区": ("榕镇", "珠岸镇"), "青禾区": ("禾浦镇", "柳汀镇"), "海屿区": ()}
# The scenes of the demo play here.
DISTRICT, TOWN, SCHOOL, GROUP = "云山区", "榕镇", "榕荫小学", "语文组"
MERGED, MERGED_INTO = "榕荫小学河西教学点", "榕荫小学"
RENAMED, FORMER_NAME = "珠岸实验学校", "珠岸镇中心小学"

PRIMARY = ("语文组", "数学组", "英语组", "综合组")
MIDDLE = ("语文组", "数学组", "英语组", "理科综合组", "文科综合组", "艺体信息组")
SMALL = ("语文组", "数学组", "综合组")
SUBJECTS = {
    "语文组": ("语文",),
    "数学组": ("数学",),
    "英语组": ("英语",),
    "综合组": ("科学", "音乐", "美术", "体育", "信息科技", "道德与法治"),
    "理科综合组": ("物理", "化学", "生物学"),
    "文科综合组": ("道德与法治", "历史", "地理"),
    "艺体信息组": ("音乐", "美术", "体育与健康", "信息科技"),
}
# How the teachers of a school spread over its groups.
SHARES = {"语文组": 5, "数学组": 5, "英语组": 3, "综合组": 4, "理科综合组": 4, "文科综合组": 3}


@dataclass(frozen=True)
class School:
    name: str
    above: str
    teachers: int
    groups: tuple[str, ...] = PRIMARY


SCHOOLS = (
    School("榕荫小学", "榕镇", 58),
    School("榕镇第二小学", "榕镇", 42),
    School("榕江中学", "榕镇", 88, MIDDLE),
    School("榕溪小学", "榕镇", 15, SMALL),
    School("珠岸中学", "珠岸镇", 75, MIDDLE),
    School("珠岸实验学校", "珠岸镇", 66),
    School("沙湾小学", "珠岸镇", 30),
    School("望湖小学", "珠岸镇", 24, SMALL),
    School("云山区第一中学", "云山区", 120, MIDDLE),
    School("云山区特殊教育学校", "云山区", 20, SMALL),
    School("禾浦中学", "禾浦镇", 62, MIDDLE),
    School("禾浦中心小学", "禾浦镇", 48),
    School("青石小学", "禾浦镇", 18, SMALL),
    School("柳汀中学", "柳汀镇", 70, MIDDLE),
    School("柳汀小学", "柳汀镇", 40),
    School("谷村小学", "柳汀镇", 16, SMALL),
    School("青禾区实验小学", "青禾区", 80),
    School("青禾区职业技术学校", "青禾区", 52, MIDDLE),
    School("海屿中学", "海屿区", 96, MIDDLE),
    School("海屿一小", "海屿区", 55),
    School("海屿二小", "海屿区", 46),
    School("灯塔小学", "海屿区", 28),
    School("听涛小学", "海屿区", 34),
    School("潮音小学", "海屿区", 36),
)
MERGED_TEACHERS = 9

COMPANY = "云屏智学信息服务有限公司"
COMPANY_PARTS = ("研发部", "市场部", "客户服务部", "综合管理部")
COMPANY_STAFF = 42
TOWNSHIP, TOWNSHIP_ABOVE = "禾浦镇人民政府", "青禾区"
TOWNSHIP_PARTS = ("党政综合办公室", "宣传文化办公室", "农业农村办公室", "社会事务办公室")
TOWNSHIP_STAFF = 24


def panel_of(district: str) -> str:
    return f"{district}研训指导团队"


def in_groups(teachers: int, groups: tuple[str, ...]) -> dict[str, int]:
    """The teachers spread over the groups, at least two in each; the first takes the rest."""
    shares = [SHARES.get(group, 4) for group in groups]
    counts = {
        group: max(2, teachers * share // sum(shares))
        for group, share in zip(groups, shares, strict=True)
    }
    counts[groups[0]] += teachers - sum(counts.values())
    return counts


def is_below(school: School, district: str) -> bool:
    return school.above == district or school.above in DISTRICTS[district]
