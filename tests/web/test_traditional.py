"""繁體: what is converted, and what must not be."""

from __future__ import annotations

import pytest

from kaocheng.web.traditional import traditional_page


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<p>头发里面，后来</p>", "<p>頭髮裏面，後來</p>"),
        ("<p>考核、审核、核实</p>", "<p>考核、審核、核實</p>"),
        # Words stay: no Taiwan phrasing.
        ("<p>信息、程序、支持</p>", "<p>信息、程序、支持</p>"),
        ('<b translate="no">于泳波</b>里', '<b translate="no">于泳波</b>裏'),
        (
            '<td translate="no"><span>朱红庄</span><td>里</td>干</td>里',
            '<td translate="no"><span>朱红庄</span><td>里</td>干</td>裏',
        ),
        (
            '<a href="/台账" title="台账" aria-label="台账">1</a>',
            '<a href="/台账" title="臺賬" aria-label="臺賬">1</a>',
        ),
        ('<input value="台账" placeholder="台账">后', '<input value="台账" placeholder="臺賬">後'),
        (
            "<option>干部</option><option value='x'>干部</option>",
            "<option>干部</option><option value='x'>幹部</option>",
        ),
        ("<textarea>干净</textarea>里", "<textarea>干净</textarea>裏"),
        ("<script>let 发 = '<b>发</b>'</script>发", "<script>let 发 = '<b>发</b>'</script>發"),
        ("<!-- 发 --><!doctype html>&lt;发&amp;", "<!-- 发 --><!doctype html>&lt;發&amp;"),
        ("", ""),
        ("1 < 2，里", "1 < 2，裏"),
    ],
)
def test_page_is_converted_but_for_names_quotes_and_what_is_typed(page: str, expected: str) -> None:
    assert traditional_page(page) == expected
