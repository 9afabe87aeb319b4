"""What a review holds: its form, the assessor's row, and the entries that it becomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from kaocheng.access.refusal import Refused
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.review_form import SINGLE, Layout, layout, rosters_asked
from kaocheng.queries.review_people import Raters, listed_options
from kaocheng.records.models import Entry, Review, Subject
from kaocheng.records.models.register import Standing

LIVE = (Standing.WAITING, Standing.CHECKING, Standing.COUNTS)
WHY = "what the assessor of a review of their own goes through"


@dataclass(frozen=True)
class Content:
    """A review with its form; `rater` is the assessor's row where the table names them by one."""

    found: Adopted
    layout: Layout
    rater: Subject | None
    # Codes of lines that somebody else has assessed already.
    taken: frozenset[str] = frozenset()

    def code_of(self, entry: Entry) -> str:
        line = self.layout.roles.line
        return str(entry.values.get(line, "")) if line else SINGLE


def content_of(review: Review, *, on: date) -> Content:
    """The form of a review; needs its round, adoption, subject and assessor."""
    found = adopted(review.round.adoption)
    register = found.register(review.register)
    roles = Layout.roles_of(found, review.register)
    listed = listed_options(found, rosters_asked(found.pack, register))
    works = _works(review, found, roles.works) if roles.works else ()
    whole = layout(found, review.register, works=works, listed=listed)
    raters = Raters(found, review.register, on=on)
    rater = raters.row(review.assessor_id) if raters.rater_roster else None
    content = Content(found, whole, rater)
    taken = taken_by_others(review, content)
    lines = tuple(line for line in whole.lines if line.code not in taken)
    return replace(content, layout=replace(whole, lines=lines), taken=frozenset(taken))


def _works(review: Review, found: Adopted, register: str) -> tuple[tuple[str, str], ...]:
    """(key, title) of the subject's entries that are gone through one by one."""
    described = found.register(register)
    plain = [
        name
        for name, one in described.fields.items()
        if one.type == "text" and name != described.key and not one.personal
    ]
    rows = Entry.objects.unscoped(WHY).filter(
        adoption=found.adoption,
        register=register,
        subject=review.subject,
        standing=Standing.COUNTS,
    )
    return tuple(
        (key, str(next((values[name] for name in plain if values.get(name)), key)))
        for key, values in rows.order_by("pk").values_list("key", "values")
        if key
    )


def rating_values(
    review: Review, content: Content, *, on: date
) -> Iterator[tuple[str, dict[str, str]]]:
    """The text of every field by line; a line that nothing stands in becomes no entry.

    Raises K63 where the table names the assessor by a list in which they do not stand.
    """
    roles = content.layout.roles
    for line in content.layout.lines:
        own = review.draft.get(line.code, {})
        if content.layout.columns and not any(own.values()):
            continue
        values = {column.name: own.get(column.name, "") for column in content.layout.columns}
        if roles.subject:
            values[roles.subject] = review.subject.key
        if roles.line:
            values[roles.line] = line.code
        if roles.day:
            values[roles.day] = on.isoformat()
        if roles.period:
            values[roles.period] = review.period
        if roles.assessor:
            values[roles.assessor] = _rater_text(review, content)
        if roles.key:
            values[roles.key] = _own_key(review, line.code)
        yield line.code, values


def _own_key(review: Review, code: str) -> str:
    """A key of a rating that the table wants to be unique, the same when it is corrected."""
    suffix = "" if code == SINGLE else f"-{code}"
    return f"R{review.pk}{suffix}"[:60]


def _rater_text(review: Review, content: Content) -> str:
    described = content.layout.roles.register.fields[content.layout.roles.assessor]
    if described.type == "text":
        return review.assessor.name
    if content.rater is None:
        title = content.found.pack.registers[described.type].title
        raise Refused("K63", roster=title, who=review.assessor.name)
    return content.rater.key


def taken_by_others(review: Review, content: Content) -> Mapping[str, int]:
    """Codes of lines that another's entry already says (`once`), with the id of that entry."""
    register = content.layout.roles.register
    names = register.once or ((register.key,) if register.key else ())
    if not names or content.layout.roles.assessor in names:
        return {}
    shape = content.found.shape(review.register)
    wanted = {shape.once(values): code for code, values in _named_values(review, content)}
    rows = Entry.objects.unscoped("whether somebody else has rated it").filter(
        adoption=content.found.adoption,
        register=review.register,
        once__in=[once for once in wanted if once],
        standing__in=LIVE,
    )
    others = rows.exclude(review=review).values_list("once", "pk")
    return {wanted[once]: pk for once, pk in others}


def _named_values(review: Review, content: Content) -> Iterator[tuple[str, dict[str, str]]]:
    """What would be written for each line as far as it says who and what, not the ratings."""
    roles = content.layout.roles
    for line in content.layout.lines:
        own = review.draft.get(line.code, {})
        values = {column.name: own.get(column.name, "") for column in content.layout.columns}
        named = {roles.subject: review.subject.key, roles.line: line.code}
        named |= {roles.period: review.period, roles.key: _own_key(review, line.code)}
        yield line.code, values | {name: text for name, text in named.items() if name}
