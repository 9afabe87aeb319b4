"""What a ballot asks: a vote of the process, or a secret table of ratings; and how a vote ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kaocheng.access.refusal import Refused
from kaocheng.engine.process.entries import Vote
from kaocheng.engine.process.votes import vote_passes
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.review_form import Cells, Layout, layout, rosters_asked
from kaocheng.queries.review_people import listed_options
from kaocheng.records.models import Ballot, Subject

VOTE = "vote"
FOR, AGAINST, ABSTAIN = "赞成", "反对", "弃权"
ANSWERS = (FOR, AGAINST, ABSTAIN)
# Below so many voters a paper can often be guessed.
FEW = 10
MOST_SUBJECTS = 200
Papers = Mapping[str, Cells]


@dataclass(frozen=True)
class Asked:
    """What stands on the paper: `layout` and `subjects` of a table of ratings, else a vote."""

    found: Adopted
    vote: Vote | None
    layout: Layout | None
    subjects: tuple[Subject, ...] = ()


def asked_of(ballot: Ballot) -> Asked:
    """Needs the round with its adoption."""
    found = adopted(ballot.round.adoption)
    if not ballot.register:
        return Asked(found, vote_of(found, ballot.vote), None)
    register = found.register(ballot.register)
    listed = listed_options(found, rosters_asked(found.pack, register))
    form = layout(found, ballot.register, listed=listed)
    rows = Subject.objects.unscoped("whom the voters of a ballot assess").filter(
        adoption=found.adoption, roster=form.roles.roster, has_left=False
    )
    if ballot.subject_id:
        rows = rows.filter(pk=ballot.subject_id)
    return Asked(found, None, form, tuple(rows.order_by("key", "pk")[:MOST_SUBJECTS]))


def vote_of(found: Adopted, name: str) -> Vote | None:
    return next((vote for vote in found.process.votes if vote.id == name), None)


def secret_tables(found: Adopted) -> tuple[tuple[str, str], ...]:
    """(id, title) of the tables of ratings that are filled without names."""
    return tuple(
        (one.id, one.title) for one in found.ledgers if one.kind == "review" and one.secret
    )


def read_paper(asked: Asked, sent: Mapping[str, str]) -> dict[str, dict[str, dict[str, str]]]:
    """The paper out of a form; inputs are named `subject.code.field`, or `vote`."""
    if asked.layout is None:
        return {VOTE: {VOTE: {VOTE: sent.get(VOTE, "")}}}
    found = {}
    for subject in asked.subjects:
        start = f"{subject.pk}."
        own = {n.removeprefix(start): text for n, text in sent.items() if n.startswith(start)}
        found[str(subject.pk)] = asked.layout.read(own)
    return found


def answer_of(paper: Papers) -> str:
    """赞成, 反对 or 弃权; empty where the paper is none of a vote."""
    return paper.get(VOTE, {}).get(VOTE, {}).get(VOTE, "")


def paper_problems(asked: Asked, paper: Papers) -> dict[str, Refused]:
    """What cannot stand on it, by name of its input."""
    if asked.layout is None:
        good = answer_of(paper) in ANSWERS
        return {} if good else {VOTE: Refused("W63", field="您的意见")}
    return {
        f"{key}.{name}": problem
        for key, cells in paper.items()
        for name, problem in asked.layout.problems(cells).items()
    }


def paper_missing(asked: Asked, paper: Papers) -> int:
    if asked.layout is None:
        return 0
    return sum(len(asked.layout.missing(paper.get(str(one.pk), {}))) for one in asked.subjects)


def is_strict(found: Adopted, vote: Vote) -> bool:
    """Whether exactly the majority is not enough, as the scheme or the adoption settles it."""
    reading = vote.reading
    if reading is None:
        return False
    word = found.parameters.get(reading.parameter) if reading.parameter else reading.word
    return word == "strict"


def passes(found: Adopted, vote: Vote | None, ballot: Ballot) -> bool | None:
    """What the scheme makes of the counts; nothing where it says nothing about the vote."""
    if vote is None:
        return None
    return vote_passes(
        vote,
        members=ballot.members,
        present=ballot.present,
        agreed=ballot.in_favour,
        strict=is_strict(found, vote),
    )


def rule_words(found: Adopted, vote: Vote | None) -> str:
    """到会不少于应到的 2/3，同意的达到到会的 1/2（含）."""
    if vote is None:
        return ""
    quorum = f"到会不少于应到的 {vote.quorum}，" if vote.quorum else ""
    of = "到会" if vote.of == "present" else "应到"
    how = "超过" if is_strict(found, vote) else "不少于"
    return f"{quorum}赞成的{how}{of}的 {vote.majority}"


def minutes_of(ballot: Ballot, *, rule: str, passed: bool | None) -> str:
    """The sentence for the minutes, out of the counts."""
    text = (
        f"“{ballot.title}”：应到 {ballot.members} 人，实到 {ballot.present} 人；"
        f"发出 {ballot.sent_out} 张，收回 {ballot.came_back} 张，有效 {ballot.valid} 张；"
    )
    if ballot.register:
        return f"{text}测评结果按考核方案计算。"
    abstained = ballot.valid - ballot.in_favour - ballot.against
    text += f"赞成 {ballot.in_favour} 票，反对 {ballot.against} 票，弃权 {abstained} 票。"
    if passed is None:
        return text
    return f"{text}按“{rule}”，{'通过' if passed else '没有通过'}。"
