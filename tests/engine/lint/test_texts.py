"""What the linter finds in the text of a notice, and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kaocheng.engine.lint.duplicates import same_in_two_packs
from kaocheng.engine.lint.spelling import number_of, plain
from kaocheng.engine.model import Pack
from kaocheng.engine.notice import read_notice
from kaocheng.engine.problems import Problems
from kaocheng.engine.reading.packs import read_bundle
from tests.engine.lint.notices import REGISTERS, SCHEME, said_of, write_pack


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "教师从学情分析、教学设计和学业评价四个维度选三项。",
            "写的是“四个维度”，列出的是 3 个：学情分析、教学设计和学业评价",
        ),
        (
            "確定的多媒體、混合、智慧環境下的學情分析、教學設計和學業評價四個維度。",
            "写的是“四個維度”，列出的是 3 个：學情分析、教學設計和學業評價",
        ),
        (
            "提升四个能力：设计能力、组织能力、指导能力、示范能力和评价能力。",
            "写的是“四个能力”，列出的是 5 个：设计能力、组织能力、指导能力、示范能力和评价能力",
        ),
        (
            "培训骨干12人；培训校长6人，教师115人，以上共计培训130人次。",
            "合计写 130人，前面各数相加是 133（12＋6＋115）",
        ),
        ("一是开会。二是检查。四是总结。", "“二”之后就是“四是”，缺“三”"),
    ],
)
def test_number_that_does_not_match_its_list_is_told(text: str, said: str, tmp_path: Path) -> None:
    folder = write_pack(tmp_path, f"某校考核办法\n{text}\n")

    assert said_of(folder) == [f"2 L08 数目对不上：{said}。"]


@pytest.mark.parametrize(
    "text",
    [
        "考核分为职业道德、工作量、工作表现三个一级指标。",
        "考核等次分为优秀（90分以上）、良好（80分以上）、合格、不合格四级。",
        "从德、能、勤、绩、廉五个方面测评。",
        "三种环境（多媒体环境、混合环境、智慧环境）、四个维度（甲、乙、丙和丁）。",
        "以学情分析、教学设计、学法指导和学业评价四个维度的30项微能力为重点。",
        "计划、教材、课时、师资和教案五个落实。",
        "开展制度建设、队伍建设等三个方面的工作。",
        "在《甲办法》、《乙办法》《丙办法》三个文件中写明。",
        "企业落实（一是机构到位、二是物资到位、三是检查到位）。二是抓落实。三是抓总结。",
        "共培训校长6人、教师115人。",
        "二是加大力度。",
    ],
)
def test_list_that_may_be_right_is_left_alone(text: str, tmp_path: Path) -> None:
    folder = write_pack(tmp_path, f"某校考核办法\n{text}\n")

    assert said_of(folder) == []


def test_skipped_section_is_told(tmp_path: Path) -> None:
    notice = "一、目的\n为了公平。\n二、对象\n全体教师。\n四、办法\n（一）登记\n每周登记。\n"

    assert said_of(write_pack(tmp_path, notice)) == [
        "5 L08 数目对不上：“二”之后就是“四、”，缺“三”。"
    ]


def test_sections_that_do_not_begin_at_one_are_told(tmp_path: Path) -> None:
    notice = "考核办法\n九、附则\n本办法自印发之日起施行。\n"

    assert said_of(write_pack(tmp_path, notice)) == [
        "2 L08 数目对不上：第一个序号就是“九、”，缺“一”。"
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("116日至126日完成自评。", "第 2 行“116日”、第 2 行“126日”"),
        ("定于2023116日开始。", "第 2 行“2023116日”"),
        ("201年11月开始。", "第 2 行“201年”"),
        ("20221月之后新成立的学校不参加。", "第 2 行“20221月”"),
        ("截止到2月30日。", "第 2 行“2月30日”"),
        ("截止到２月３０日。", "第 2 行“2月30日”"),
    ],
)
def test_garbled_date_is_told(text: str, found: str, tmp_path: Path) -> None:
    folder = write_pack(tmp_path, f"某校考核办法\n{text}\n")

    assert said_of(folder) == [f"2 L09 日期缺字或不存在：{found}。"]


@pytest.mark.parametrize(
    "text",
    [
        "2023年11月6日至12月26日。",
        "180日内办结，120日以内答复。",
        "保存100年。",
        "20xx年4月至5月，2月29日也可以。",
        "第119号文件，见2021年7月15日前的规定。",
    ],
)
def test_date_that_may_be_right_is_left_alone(text: str, tmp_path: Path) -> None:
    assert said_of(write_pack(tmp_path, f"某校考核办法\n{text}\n")) == []


@pytest.mark.parametrize(
    ("notice", "said"),
    [
        (
            "考核办法\n按附件1评分，参见附件二。\n",
            "2 L04 没有给出：附件1、附件2，方案里也没有说到。",
        ),
        (
            "考核办法\n流程如下图所示。\n附件1\n评分表\n",
            "2 L04 没有给出：“流程如下图所示。”所说的图。",
        ),
        (
            "考核办法\n1、比賽獲獎加分標準如下:\n2、論文加分。\n",
            "2 L04 没有给出：“比賽獲獎加分標準如下:”之后的内容。",
        ),
        (
            "考核办法\n（一）学时分配\n（二）课程内容\n课程见平台。\n",
            "2 L04 没有给出：“（一）学时分配”一节的内容。",
        ),
    ],
)
def test_what_the_notice_points_to_and_does_not_hold_is_told(
    notice: str, said: str, tmp_path: Path
) -> None:
    assert said_of(write_pack(tmp_path, notice)) == [said]


def test_annex_that_is_there_is_not_missed(tmp_path: Path) -> None:
    notice = "考核办法\n按附件1评分。\n附件1\n评分表：每次扣一分。\n"

    assert said_of(write_pack(tmp_path, notice)) == []


def test_percentages_of_one_sentence_are_no_lost_table(tmp_path: Path) -> None:
    notice = "考核办法\n完成率达到30%\n合格率达到50%\n优秀率达到20%\n"

    assert said_of(write_pack(tmp_path, notice)) == []


def test_weights_in_a_sentence_make_the_whole(tmp_path: Path) -> None:
    notice = "考核办法\n自评、区评分别按30%、60%的权重计入。\n甲、乙分别按40%、60%的权重计入。\n"

    assert said_of(write_pack(tmp_path, notice)) == [
        "2 L03 合计对不上：“自评、区评分别按30%、60%的权重计入。”各权重合计 90%，不是 100%。"
    ]


def test_draft_in_the_title_blocks_and_in_the_text_does_not(tmp_path: Path) -> None:
    title = said_of(write_pack(tmp_path / "a", "考核办法\n（討論稿）\n一律登记。\n"))
    text = said_of(write_pack(tmp_path / "b", "考核办法\n" + "一律登记。\n" * 6 + "先发初稿。\n"))

    assert title == ["2 L22 这份文本是讨论稿，还不是定稿。"]
    assert text == ["8 L22 这份文本是初稿，还不是定稿。"]


def test_plain_keeps_every_position() -> None:
    text = "獲得「優秀」８０分（含）以上，約佔３０％"

    assert len(plain(text)) == len(text)
    assert "约占30%" in plain(text)


@pytest.mark.parametrize(
    ("word", "number"),
    [("四", 4), ("十", 10), ("十二", 12), ("二十", 20), ("二十三", 23), ("两", 2), ("百", None)],
)
def test_number_words_are_read(word: str, number: int | None) -> None:
    assert number_of(word) == number


def test_two_packs_of_one_notice_are_told_at_the_later() -> None:
    text = "教师请假三次以内的不扣分，超过三次的每次扣一分，全年没有请假的加五分。\n"
    packs = [read_bundle_with("甲", text), read_bundle_with("乙", f"{text}本办法试用一年。\n")]
    other = read_bundle_with("丙", "班主任津贴每月三十元，按班额逐月发放，由学校造册。\n" * 9)

    (found,) = same_in_two_packs([*packs, other])

    said = "方案重复：与“出勤考核”（甲）的通知有 100% 相同，像是同一份方案。"
    assert found.problem.reason() == said
    assert str(found.problem.place) == "乙.txt:1"


def read_bundle_with(name: str, notice: str) -> Pack:
    text = f"scheme:\n{indent(SCHEME)}registers:\n{indent(REGISTERS)}"
    pack = read_bundle(text, file=name, problems=Problems())
    assert pack is not None
    return replace(pack, notice=read_notice(notice, file=f"{name}.txt"))


def indent(text: str) -> str:
    return "".join(f"  {line}\n" for line in text.splitlines())
