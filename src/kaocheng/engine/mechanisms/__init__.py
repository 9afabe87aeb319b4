"""The mechanisms: every way in which a value can come about, one file each, one table here."""

from kaocheng.engine.mechanisms import (
    add,
    adjust,
    band,
    choose,
    compare,
    count,
    deduct,
    grade,
    mark,
    parts,
    pay,
    require,
    seats,
    value,
)
from kaocheng.engine.mechanisms.mechanism import Frame, Mechanism, Row, Slot

MECHANISMS: dict[str, Mechanism] = {
    mechanism.key: mechanism
    for mechanism in (
        parts.PARTS,
        value.VALUE,
        mark.MARK,
        band.BAND,
        count.COUNT,
        compare.COMPARE,
        deduct.DEDUCT,
        add.ADD,
        choose.CHOOSE,
        require.REQUIRE,
        grade.GRADE,
        seats.SEATS,
        adjust.ADJUST,
        pay.PAY,
    )
}

__all__ = ["MECHANISMS", "Frame", "Mechanism", "Row", "Slot"]
