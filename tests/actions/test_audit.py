"""Digests of the log that are given out."""

from __future__ import annotations

import pytest

from kaocheng.access.refusal import NotYours
from kaocheng.actions.audit import anchor_log, anchor_log_by_command, note_export
from kaocheng.records.models import AuditAnchor, AuditSeal
from tests.cast import Cast, by


def test_there_is_no_digest_to_give_out_before_the_log_is_sealed(cast: Cast) -> None:
    assert not AuditSeal.objects.exists()

    for give in (anchor_log, anchor_log_by_command):
        with pytest.raises(NotYours):
            give(by(cast.audit_admin), where="档案室")
    with pytest.raises(NotYours):
        note_export(by(cast.audit_admin), chosen={}, rows=0)

    assert not AuditAnchor.objects.exists()
