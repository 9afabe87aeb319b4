"""`pay`: one unsettled amount leaves nothing settled, and money is never lost without a word."""

from __future__ import annotations

from kaocheng.engine.values import Missing
from tests.engine.bench import computed, items, values

HEAD = "id,name,school,weekly,born,mentor\n"


def pay(who: str = "school = '西校'", amount: str = "weekly", heads: str = "是") -> str:
    return items(
        f"""
        - id: pay
          title: 绩效工资
          unit: 元
          pay:
            pool: 100 元
            heads: {heads}
            take:
            - {{id: fixed, title: 津贴, who: {who}, amount: '{amount}'}}
            - {{id: shared, title: 按得分, who: school = '东校', by: '1'}}
        """
    )


def test_pay_waits_for_a_missing_fixed_amount() -> None:
    staff = HEAD + "a,甲,西校,,,\nb,乙,西校,10,,\nc,丙,东校,5,,\n"

    run = computed(pay(), staff=staff)

    assert all(isinstance(value, Missing) for value in values(run, "pay").values())


def test_pay_waits_to_know_who_gets_a_fixed_amount() -> None:
    staff = HEAD + "a,甲,东校,,,\nb,乙,东校,10,,\n"

    run = computed(pay(who="weekly > 5", amount="10"), staff=staff)

    assert all(isinstance(value, Missing) for value in values(run, "pay").values())


def test_pay_waits_to_know_the_heads() -> None:
    staff = HEAD + "a,甲,西校,,,\nb,乙,东校,10,,\n"

    run = computed(pay(amount="rest / heads", heads="weekly > 0"), staff=staff)

    assert all(isinstance(value, Missing) for value in values(run, "pay").values())


def test_pay_says_when_nobody_can_take_the_rest() -> None:
    staff = HEAD + "a,甲,西校,30,,\n"

    run = computed(pay(), staff=staff)

    flags = run.outcomes["score", "pay"]["a", ""].flags
    assert flags == ("“按得分”没有可以分配的人，余额 70.00 元没有分出",)


def test_pay_refuses_to_share_out_a_negative_pool() -> None:
    staff = HEAD + "a,甲,西校,10,,\n"

    run = computed(pay().replace("100 元", "0 - 100 元"), staff=staff)

    assert values(run, "pay") == {"a": Missing("总量是 −100.00 元，不能分配负数")}


def test_pay_refuses_a_negative_fixed_amount() -> None:
    staff = HEAD + "a,甲,西校,-10,,\nb,乙,东校,10,,\n"

    run = computed(pay(), staff=staff)

    why = "“津贴”：金额是 −10.00 元，不能是负数"
    assert values(run, "pay") == {"a": Missing(why), "b": Missing(f"a：{why}")}


def test_pay_asks_for_one_pool_in_a_group() -> None:
    staff = HEAD + "a,甲,西校,10,,\nb,乙,西校,20,,\nc,丙,东校,7,,\n"
    item = """
        - id: pay
          title: 绩效工资
          pay:
            pool: weekly
            within: school
            take: [{id: shared, title: 平均, by: '1'}]
        """

    run = computed(items(item), staff=staff)

    unlike = Missing("总量在同一范围内不一致")
    assert values(run, "pay") == {"a": unlike, "b": unlike, "c": 7}
