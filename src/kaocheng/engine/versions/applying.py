"""Some of the changes put into the old pack: what each of them does by itself can then be tried."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, is_dataclass, replace
from typing import Any

from kaocheng.engine.language.scheme import Item
from kaocheng.engine.mechanisms.parts import Parts
from kaocheng.engine.model import Pack
from kaocheng.engine.versions.change import Change, Path

_ABSENT = object()


class CannotApply(Exception):
    """A change that only makes sense together with others."""


@dataclass(frozen=True)
class _Edit:
    """What happens to one list or mapping: positions that go, and values that come."""

    gone: frozenset[str | int]
    come: Mapping[str | int, object]


def with_changes(old: Pack, new: Pack, changes: Sequence[Change]) -> Pack:
    """`old` with only these of the changes that lead to `new`; raises `CannotApply`."""
    pack = old
    for change in changes:
        if change.kind in ("changed", "renamed"):
            pack = _replaced(pack, new, change)
    edits = _edits(pack, new, changes)
    for path in sorted(edits, key=len, reverse=True):  # what lies deeper first: paths stay true
        pack = _set(pack, path, _edited(_get(pack, path), edits[path]))
    return _under_conditions(pack)


def _replaced(pack: Pack, new: Pack, change: Change) -> Pack:
    assert change.old is not None
    assert change.new is not None
    if change.key == "mechanism":
        item, other = _get(pack, change.old.path), _get(new, change.new.path)
        value: object = replace(item, mechanism=other.mechanism, spec=other.spec)
    elif change.kind == "renamed":
        raise CannotApply
    else:
        value = _get(new, change.new.path)
    found: Pack = _set(pack, change.old.path, value)
    return found


def _edits(pack: Pack, new: Pack, changes: Iterable[Change]) -> dict[Path, _Edit]:
    found: dict[Path, _Edit] = {}
    for change in changes:
        if change.kind == "reordered":
            raise CannotApply
        if change.kind in ("removed", "moved"):
            assert change.old is not None
            _note(found, change.old.path[:-1], gone=change.old.path[-1])
        if change.kind in ("added", "moved"):
            assert change.new is not None
            into, key = change.new.into, change.new.path[-1]
            if into is None:
                raise CannotApply
            source, path = (new, change.new.path)
            if change.kind == "moved" and change.old is not None:
                source, path = (pack, change.old.path)
            _note(found, into, come={key: _get(source, path)})
    return found


def _note(
    found: dict[Path, _Edit],
    path: Path,
    *,
    gone: str | int | None = None,
    come: Mapping[str | int, object] | None = None,
) -> None:
    known = found.get(path, _Edit(frozenset(), {}))
    more = frozenset() if gone is None else frozenset({gone})
    found[path] = _Edit(known.gone | more, {**known.come, **(come or {})})


def _edited(value: Any, edit: _Edit) -> object:  # noqa: ANN401  # a list or mapping of any parts
    if isinstance(value, Mapping):
        kept = {name: one for name, one in value.items() if name not in edit.gone}
        return {**kept, **edit.come}
    parts = [one for at, one in enumerate(value or ()) if at not in edit.gone]
    for at in sorted(int(one) for one in edit.come):
        parts.insert(at, edit.come[at])
    return tuple(parts)


def _get(value: Any, path: Path) -> Any:  # noqa: ANN401  # whatever stands there
    for key in path:
        if isinstance(value, Mapping):
            value = value.get(str(key), _ABSENT)
        elif isinstance(value, tuple):
            value = value[int(key)]
        elif value is None or value is _ABSENT:
            raise CannotApply
        else:
            value = getattr(value, str(key))
    return value


def _set(value: Any, path: Path, new: object) -> Any:  # noqa: ANN401  # of the type of `value`
    if not path:
        return new
    key, rest = path[0], path[1:]
    if isinstance(value, Mapping):
        inner = _set(value.get(str(key)), rest, new)
        kept = {name: one for name, one in value.items() if name != key or inner is not _ABSENT}
        return kept if inner is _ABSENT else {**kept, str(key): inner}
    if isinstance(value, tuple):
        at = int(key)
        return (*value[:at], _set(value[at], rest, new), *value[at + 1 :])
    if not is_dataclass(value) or isinstance(value, type):
        raise CannotApply
    return replace(value, **{str(key): _set(getattr(value, str(key)), rest, new)})


def _under_conditions(pack: Pack) -> Pack:
    """Every indicator with the conditions of those above it, as reading would have set them."""
    results = tuple(
        replace(result, items=tuple(_under(item, ()) for item in result.items))
        for result in pack.scheme.results
    )
    return replace(pack, scheme=replace(pack.scheme, results=results))


def _under(item: Item, conditions: tuple[Any, ...]) -> Item:
    spec = item.spec
    if isinstance(spec, Parts):
        inner = conditions if item.when is None else (*conditions, item.when)
        spec = replace(spec, parts=tuple(_under(part, inner) for part in spec.parts))
    return replace(item, spec=spec, conditions=conditions)
