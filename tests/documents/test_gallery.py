from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

from kaocheng.documents.gallery import gallery_pages
from kaocheng.documents.notice_view import notice_view
from kaocheng.documents.pack_view import Checked, subject_files
from kaocheng.documents.pages import MARK
from kaocheng.documents.rules_view import rules_of
from kaocheng.engine import verbs
from kaocheng.engine.explain import explain_subject, walk_branches
from kaocheng.engine.problems import Problems
from kaocheng.engine.reference.run import Run
from kaocheng.formats import read_tables

PACK = Path(__file__).parent.parent / "cli" / "packs" / "t1-school"
VOID = {"meta", "br", "link", "img", "input", "hr"}


@dataclass
class Parsed(HTMLParser):
    """A page as text, with its links, ids and what is not closed."""

    text: str = ""
    links: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    open_tags: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.links += [given["href"] or ""] if "href" in given else []
        self.ids += [given["id"] or ""] if "id" in given else []
        if tag not in VOID:
            self.open_tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open_tags.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open_tags[-1:] != ["style"]:
            self.text += data


def parsed(html: str) -> Parsed:
    page = Parsed()
    page.feed(html)
    page.close()
    assert page.open_tags == []
    return page


@cache
def example_run() -> Run:
    problems = Problems()
    compiled = verbs.check(PACK, problems=problems)
    assert compiled is not None
    tables = read_tables(PACK / "example", problems=problems)
    return verbs.run(compiled, verbs.facts(compiled.pack, tables, problems=problems))


def unseen(_title: str, _done: int, _total: int) -> None:
    """Progress that nobody looks at."""


@cache
def pages() -> dict[str, str]:
    problems = Problems()
    verbs.check(PACK, problems=problems)
    checked = Checked(example_run(), tuple(problems), cases_passed=2, cases_failed=0)
    found = gallery_pages([checked], progress=unseen)
    return {page.path: page.html for page in found}


def subject(key: str) -> Parsed:
    return parsed(pages()[f"t1-school/teacher-{key}.html"])


@pytest.mark.parametrize("path", sorted(pages()))
def test_every_page_is_whole_chinese_and_without_scripts(path: str) -> None:
    html = pages()[path]

    page = parsed(html)
    assert html.startswith('<!doctype html>\n<html lang="zh-CN">')
    assert MARK in html
    assert not {"script", "link", "img", "iframe", "form"} & set(page.tags)
    assert not re.search(r"https?://|@import|url\(", html)
    assert len(page.ids) == len(set(page.ids))


def test_every_link_leads_somewhere() -> None:
    for path, html in pages().items():
        page = parsed(html)
        for link in page.links:
            file, _, anchor = link.partition("#")
            target = (Path(path).parent / file).as_posix() if file else path
            target = str(Path(target)) if ".." not in target else Path(file).name
            assert target in pages(), (path, link)
            assert not anchor or anchor in parsed(pages()[target]).ids, (path, link)


@pytest.mark.parametrize("key", ["T01", "T02", "T03", "T04", "T05", "T06"])
def test_every_clause_of_the_tree_is_on_the_page(key: str) -> None:
    text = subject(key).text

    explanations = explain_subject(example_run(), key)
    quoted = [
        clause
        for one in explanations
        for branch in walk_branches(one.branches)
        for clause in (*one.clauses, *branch.clauses)
    ]
    assert len({clause.rule for clause in quoted}) >= 10
    for clause in quoted:
        assert f"“{clause.text}”条款 {clause.rule}" in text


def test_what_people_typed_is_never_markup() -> None:
    assert "<script>alert(1)</script>的结果说明" in subject("T03").text
    assert "script" not in subject("T03").tags
    assert "<script>alert(1)</script>" in parsed(pages()["t1-school/index.html"]).text


def test_states_are_said_in_words() -> None:
    missing, exempt, given = subject("T05").text, subject("T04").text, subject("T01").text

    assert "缺数据" in missing
    assert "缺“培训学时”（暂计 64.00–94.00）" in missing
    assert "“应完成学时”没有填（暂计 0.00–30.00）" in missing
    assert "免于考核：即将退休" in exempt
    assert "为什么不适用即将退休" in exempt
    assert "不属于本项的范围" in subject("T03").text
    assert "99.90 / 100 分" in given
    assert "等次：优秀" in given


def test_records_are_shown_with_titles_and_personal_fields_masked() -> None:
    text = subject("T01").text

    assert "请假登记，1 条日期类别天数事由行号" in text.replace("\n", "")
    assert "2024-03-14病假3＊＊＊" in text.replace("\n", "")
    for html in pages().values():
        assert "住院" not in html
        assert "13800000001" not in html


def test_distance_to_the_next_grade_is_shown() -> None:
    assert "与下一等次的距离" in subject("T05").text
    assert "距“优秀”还差 26.00 分" in subject("T05").text


def test_hidden_items_stand_apart() -> None:
    assert "中间步骤（成绩单上不单列）" in subject("T01").text
    assert "学时（中间步骤）" not in parsed(pages()["t1-school/index.html"]).text


def test_result_table_has_a_label_for_every_cell() -> None:
    """On a phone a row is a card, and each value needs its title beside it."""
    html = pages()["t1-school/index.html"]

    assert html.count('<td role="cell"') == html.count(" data-label=")
    assert 'data-label="总分"' in html


def test_index_names_scheme_source_people_and_checks() -> None:
    text = re.sub(r"\s+", " ", parsed(pages()["index.html"]).text)

    assert "1 份方案" in text
    assert "T1 讨论稿 试验小学 试验小学教师考核方案" in text
    assert "优秀 2，合格 2，不合格 1，缺数据 1" in text
    assert "2 个算例相符" in text
    assert "7 处疑点" in text


def shown(name: str) -> str:
    """The text of a page of the pack, white space as one blank."""
    return re.sub(r"\s+", " ", parsed(pages()[f"t1-school/{name}.html"]).text)


def test_notice_stands_whole_beside_the_rules_that_quote_it() -> None:
    notice = (PACK / "notice.txt").read_text("utf-8")

    text = shown("notice")

    for paragraph in notice.splitlines():
        assert paragraph in text.replace(" ", "")
    assert "扣分 考勤 10 分 在“学期考勤”里" in text
    assert "共 15 条条款，画线的字占全文" in text


def test_rule_is_shown_as_its_author_wrote_it_without_what_stands_beside_it() -> None:
    text = shown("notice")

    assert "id: class_marks points: 60 mark: {of: mean(mark over observation), out_of: 40}" in text
    assert "process.yaml" in text


def test_rules_without_a_clause_are_listed_as_such() -> None:
    text = shown("notice")

    assert "没有条款的步骤（" in text
    assert "绩效工资总量" in text.partition("没有条款的步骤（")[2]


def test_pack_without_a_notice_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "t1-school"
    shutil.copytree(PACK, folder)
    (folder / "notice.txt").unlink()

    compiled = verbs.check(folder, problems=Problems())

    assert compiled is not None
    view = notice_view(compiled.pack, rules_of(compiled.pack))
    assert view.paragraphs == ()
    assert len(view.apart) >= 10


def test_process_is_laid_on_the_calendar_with_who_and_clause() -> None:
    text = shown("process")

    assert "阶段 自评全体教师条款 T1-15" in text
    assert "要做的事 月报：报送考勤, 汇总表年级组长一年 12 次，这是第一次；否则通报批评" in text


def test_documents_are_filled_and_personal_fields_masked() -> None:
    text = shown("documents")

    assert "学年总评汇总表 一览表 由“学年总评”填写 签字盖章：校长 报送：区教育局" in text
    assert "姓名总分等次 林秀芬99.90优秀" in text
    assert "请假单 个表 由“请假登记”填写 姓名林秀芬电话＊＊＊天数3 还有 3 张没有列出。" in text
    assert "考核简报 文字 基本情况存在的问题" in text


def test_findings_say_what_where_and_how_to_settle_it() -> None:
    text = shown("findings")

    assert "错误" not in text.replace("检查与疑点", "")
    assert "发布前须解决 2 处" in text
    assert "请再看一眼 5 处" in text
    assert "L16 没有写金额 没有写金额：“绩效工资总量”" in text
    assert "parameters.yaml 第 3 行怎么办：请在参数表（parameters.csv）里填写“pool”并确认。" in text


def test_text_is_never_smaller_than_fourteen_pixels() -> None:
    css = re.search(r"<style>(.*?)</style>", pages()["index.html"], re.DOTALL)
    assert css is not None
    screen = css[1].partition("@media print")[0]

    sizes = re.findall(r"font(?:-size)?:[^;}]*?([\d.]+)rem", screen)
    assert sizes
    assert min(float(size) for size in sizes) >= 0.875
    assert not re.search(r"font(?:-size)?:[^;}]*?\dpx", screen)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        *(("ink-2", "ground"), ("ink-3", "ground"), ("ink-3", "wash"), ("teal", "teal-weak")),
        *(("pine", "pine-weak"), ("ochre", "ochre-weak"), ("ochre", "surface")),
        *(("cinnabar", "cinnabar-weak"), ("clause-ink", "clause"), ("clause-source", "clause")),
    ],
)
def test_colours_of_text_stand_out(ink: str, ground: str) -> None:
    tokens = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{3,6});", pages()["index.html"]))
    tokens["surface"] = "#ffffff"

    light, dark = sorted((luminance(tokens[ink]), luminance(tokens[ground])), reverse=True)

    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_file_names_are_plain_and_differ_where_case_does_not_count() -> None:
    run = example_run()
    files = subject_files(run)

    assert files["teacher", "T01"] == "teacher-T01.html"
    assert len({name.casefold() for name in files.values()}) == len(files)
