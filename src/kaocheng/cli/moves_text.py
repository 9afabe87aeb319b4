"""A trial of two versions as lines for the terminal: what changed, what it does, who moves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from kaocheng.cli.columns import aligned, one_line
from kaocheng.cli.diff import counted
from kaocheng.cli.terminal import Say, Terminal
from kaocheng.engine.versions import Change

if TYPE_CHECKING:
    from kaocheng.documents.move_view import Cause, MovesView, RowView
    from kaocheng.documents.move_words import Both
    from kaocheng.documents.trial_view import TrialResult, TrialView

MOST_GROUPS = 12


def moves_lines(
    views: Sequence[MovesView],
    tried: Sequence[TrialView],
    changes: Sequence[Change],
    terminal: Terminal,
) -> Iterator[str]:
    """Changes with what each does alone, then every result."""
    say = terminal.say
    yield terminal.styled(counted(changes, say), "bold")
    yield from _change_lines(changes, tried, terminal)
    for view in views:
        yield ""
        yield terminal.styled(f"{one_line(view.title)}（{view.id}）", "bold")
        for line in aligned(list(_summary(view, say))):
            yield f"  {line}"
        yield from _groups(view, say)
        yield from _extremes(view, say)
    yield ""


def _change_lines(
    changes: Sequence[Change], tried: Sequence[TrialView], terminal: Terminal
) -> Iterator[str]:
    from kaocheng.engine.versions.sentences import sentence

    say = terminal.say
    for number, change in enumerate(changes, start=1):
        if change.effect == "results":
            yield f"  {number}. {one_line(sentence(change, terminal.language))}"
            alone = [one for one in tried if number in one.numbers and _tells(one, number, tried)]
            for one in alone:
                yield terminal.styled(f"     {one_line(_alone(one, number, say))}", "grey")
            if tried and not alone:
                words = say("没有单独试算", "not tried alone")
                yield terminal.styled(f"     {words}", "grey")


def _tells(trial: TrialView, number: int, tried: Sequence[TrialView]) -> bool:
    """Not what a change does together with others, where it was tried alone."""
    return not trial.is_joint or all(one.is_joint for one in tried if number in one.numbers)


def _alone(trial: TrialView, number: int, say: Say) -> str:
    others = say("、", ", ").join(str(one) for one in trial.numbers if one != number)
    if not trial.is_tried:
        return say("不能单独试算，要和别的改动一起才成立", "cannot be tried without other changes")
    head = say("单独改", "alone")
    if others:
        head = say(f"与第 {others} 处一起改", f"together with {others}")
    if not trial.results:
        return say(f"{head}：谁都不变", f"{head}: nobody moves")
    told = [_alone_in_result(one, say) for one in trial.results]
    return f"{head}{say('：', ': ')}{say('；', '; ').join(told)}"


def _alone_in_result(one: TrialResult, say: Say) -> str:
    zh, en = f"“{one.title}”{one.moved} 个变化", f"{one.title}: {one.moved} move"
    if one.grades:
        zh, en = f"{zh}，等次变 {one.grades} 个", f"{en}, {one.grades} grades"
    if one.scores:
        zh, en = f"{zh}，得分合计 {one.scores}", f"{en}, scores {one.scores}"
    return say(zh, en)


def _summary(view: MovesView, say: Say) -> Iterator[tuple[str, str]]:
    yield (
        say("有变化", "moved"),
        say(f"{view.moved} / {view.count} 个", f"{view.moved} of {view.count}"),
    )
    if view.grades:
        words = say(f"升 {view.up}，降 {view.down}", f"up {view.up}, down {view.down}")
        counts = say("，", ", ").join(f"{grade} {old} → {new}" for grade, old, new in view.grades)
        yield say("等次", "grades"), f"{words}{say('；', '; ')}{counts}"
    if view.mean is not None:
        yield one_line(view.mean.title), f"{say('平均', 'mean')} {both_words(view.mean)}"
    if view.ranks_moved:
        yield say("位次变化", "places"), say(f"{view.ranks_moved} 个", str(view.ranks_moved))
    for title, old, new in view.seats:
        yield one_line(title), f"{old} → {new}"
    for pay in view.pay:
        yield one_line(pay.title), f"{say('合计', 'total')} {both_words(pay)} {say('元', 'yuan')}"
    if view.boundary is not None:
        yield say("正好踩线", "on a line"), f"{view.boundary[0]} → {view.boundary[1]}"
    state_words = {
        "missing": say("缺数据", "missing"),
        "not_applicable": say("不适用", "not applicable"),
    }
    for state, old, new in view.states:
        yield state_words[state], f"{old} → {new}"
    if view.came:
        yield say("新列入考核", "newly assessed"), str(view.came)
    if view.gone:
        yield say("不再考核", "no longer assessed"), str(view.gone)


def both_words(both: Both) -> str:
    """`83.70 → 85.16（+1.46）`."""
    if not both.is_moved:
        return both.new
    return f"{both.old} → {both.new}" + (f"（{both.change}）" if both.change else "")


def _groups(view: MovesView, say: Say) -> Iterator[str]:
    groups = sorted(view.groups, key=lambda group: (-group.moved, group.name))
    if len(groups) < 2 or not view.moved:
        return
    yield f"  {say('按' + view.group_title, 'by ' + view.group_title)}"
    rows = []
    for group in groups[:MOST_GROUPS]:
        row = [one_line(group.name), f"{group.moved} / {group.rows}"]
        if view.grades:
            row.append(say(f"升 {group.up} 降 {group.down}", f"up {group.up} down {group.down}"))
        if group.mean is not None:
            row.append(both_words(group.mean))
        row.extend(both_words(one) for one in group.pay)
        rows.append(row)
    for line in aligned(rows):
        yield f"    {line}"
    if len(groups) > MOST_GROUPS:
        yield say(f"    …… 共 {len(groups)} 组", f"    … {len(groups)} groups")


def _extremes(view: MovesView, say: Say) -> Iterator[str]:
    for title, rows in (
        (say("降得最多", "lose most"), view.losers),
        (say("升得最多", "win most"), view.winners),
    ):
        if rows:
            yield f"  {title}"
            for line in aligned([_row(row, say) for row in rows]):
                yield f"    {line}"
    others = [row for row in view.rows if row.is_moved and row not in (*view.losers, *view.winners)]
    graded = [row for row in others if _is_told(row)]
    if graded:
        yield f"  {say('其他等次、名额、金额有变的', 'other grades, seats and pay')}"
        for line in aligned([_row(row, say) for row in graded[:MOST_GROUPS]]):
            yield f"    {line}"
        if len(graded) > MOST_GROUPS:
            more = len(graded) - MOST_GROUPS
            yield say(f"    …… 还有 {more} 个", f"    … {more} more")


def _is_told(row: RowView) -> bool:
    return bool(row.membership) or any(
        one.is_moved for one in (row.grade, *row.seats, *row.pay) if one is not None
    )


def _row(row: RowView, say: Say) -> list[str]:
    name = row.name if row.name == row.key else f"{row.name} {row.key}"
    words = [f"{name} {row.period}".strip()]
    words.append("" if row.score is None else both_words(row.score))
    told = [one for one in (row.grade, *row.seats, *row.pay) if one is not None and one.is_moved]
    words.append(say("，", ", ").join(f"{one.title} {both_words(one)}".strip() for one in told))
    if row.membership:
        word = {"came": ("新列入考核", "newly assessed"), "gone": ("不再考核", "not assessed")}
        words.append(say(*word[row.membership]))
    words.append(_causes(row, say))
    return [one_line(word) for word in words]


def _causes(row: RowView, say: Say) -> str:
    if not row.causes:
        return ""
    numbers = say("、", ", ").join(_cause(one) for one in row.causes)
    words = say(f"因第 {numbers} 处", f"by {numbers}")
    return words + (say("（他人变化所致）", " (through others)") if row.by_others else "")


def _cause(cause: Cause) -> str:
    return f"{cause.number}（{cause.alone}）" if cause.alone else str(cause.number)
