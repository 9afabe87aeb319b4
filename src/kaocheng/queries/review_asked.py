"""Which obligations somebody was asked to fulfil by a review, which has a task of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from django.db.models import Q

from kaocheng.access.holding import Owner
from kaocheng.access.task import sharing
from kaocheng.engine.process.entries import Duty
from kaocheng.gateways.clock import CHINA
from kaocheng.queries.round_course import Course
from kaocheng.records.models import Appointment, Obligation, Review
from kaocheng.records.models.review import ReviewState

WHY = "what is owed follows from the scheme, for everybody in the round"


@dataclass(frozen=True)
class Asked:
    """The live reviews of one duty: by subject the assessors, by assessor where they are what."""

    assessors: Mapping[int, set[int]] = field(default_factory=dict)
    held: Mapping[int, set[tuple[int, str]]] = field(default_factory=dict)

    @classmethod
    def of(cls, course: Course, duty: Duty, period: str) -> Self:
        """Two queries where the duty is fulfilled by reviews, none otherwise."""
        if not duty.register or course.found.register(duty.register).kind != "review":
            return cls()
        assessors: defaultdict[int, set[int]] = defaultdict(set)
        rows = Review.objects.unscoped(WHY).filter(round=course.work, register=duty.register)
        rows = rows.exclude(state=ReviewState.WITHDRAWN)
        if period:
            rows = rows.filter(period__in=("", period))
        for subject, assessor in rows.values_list("subject", "assessor"):
            assessors[subject].add(assessor)
        day = course.now.astimezone(CHINA).date()
        held: defaultdict[int, set[tuple[int, str]]] = defaultdict(set)
        posts = Appointment.objects.unscoped(WHY).filter(
            Q(ends_on=None) | Q(ends_on__gt=day),
            person__in=set().union(*assessors.values()),
            starts_on__lte=day,
        )
        for person, unit, role in posts.values_list("person", "unit", "role"):
            held[person].add((unit, role))
        return cls(dict(assessors), dict(held))

    def has_review(self, owner: Owner, row: Obligation) -> bool:
        """Whether the owner, or somebody of their office, has the review of the row's subject."""
        assessors = self.assessors.get(row.subject_id or 0, set())
        if owner.person_id is not None:
            return owner.person_id in assessors
        return any(
            unit == owner.unit_id and role in sharing(owner.role)
            for assessor in assessors
            for unit, role in self.held.get(assessor, ())
        )
