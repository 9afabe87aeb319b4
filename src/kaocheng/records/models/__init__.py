"""One noun, one file; this list is what Django sees."""

from kaocheng.records.models.account import Account, SignIn, SignInDelay, SpareCode
from kaocheng.records.models.appointment import Appointment
from kaocheng.records.models.audit import AuditAnchor, AuditRow, AuditSeal, AuditUnsealed
from kaocheng.records.models.collection import Collection, CollectionPart, CollectionRow
from kaocheng.records.models.delegation import Delegation
from kaocheng.records.models.done import DoneOnce
from kaocheng.records.models.draft import Draft
from kaocheng.records.models.file import FileUse, ReceiptDay, StoredFile
from kaocheng.records.models.handover import Handover
from kaocheng.records.models.job import Job, JobEffect, SweepRun
from kaocheng.records.models.message import Delivery, Message
from kaocheng.records.models.notice import Notice, NoticeReceipt
from kaocheng.records.models.person import Person, PersonalData
from kaocheng.records.models.register import (
    Entry,
    EntryStep,
    MonthlySheet,
    RegisterCount,
    RegisterRevision,
    RegisterTotal,
    Subject,
)
from kaocheng.records.models.review import Ballot, BallotPaper, BallotVoter, Review
from kaocheng.records.models.roster import RosterImport
from kaocheng.records.models.round import (
    Consequence,
    Obligation,
    ResultRow,
    ResultSet,
    Round,
    RoundEvent,
)
from kaocheng.records.models.scheme import Adoption, Amendment, SchemeVersion
from kaocheng.records.models.setting import Setting
from kaocheng.records.models.task import Task, TaskCount
from kaocheng.records.models.unit import Unit, UnitPast

__all__ = [
    "Account",
    "Adoption",
    "Amendment",
    "Appointment",
    "AuditAnchor",
    "AuditRow",
    "AuditSeal",
    "AuditUnsealed",
    "Ballot",
    "BallotPaper",
    "BallotVoter",
    "Collection",
    "CollectionPart",
    "CollectionRow",
    "Consequence",
    "Delegation",
    "Delivery",
    "DoneOnce",
    "Draft",
    "Entry",
    "EntryStep",
    "FileUse",
    "Handover",
    "Job",
    "JobEffect",
    "Message",
    "MonthlySheet",
    "Notice",
    "NoticeReceipt",
    "Obligation",
    "Person",
    "PersonalData",
    "ReceiptDay",
    "RegisterCount",
    "RegisterRevision",
    "RegisterTotal",
    "ResultRow",
    "ResultSet",
    "Review",
    "RosterImport",
    "Round",
    "RoundEvent",
    "SchemeVersion",
    "Setting",
    "SignIn",
    "SignInDelay",
    "SpareCode",
    "StoredFile",
    "Subject",
    "SweepRun",
    "Task",
    "TaskCount",
    "Unit",
    "UnitPast",
]
