"""The permissions, by the names that grants, endpoints and the access matrix use."""

from enum import StrEnum


class Permission(StrEnum):
    SEE_UNIT = "unit.see"
    MANAGE_UNITS = "unit.manage"
    SEE_PEOPLE = "person.see"
    MANAGE_PEOPLE = "person.manage"
    SEE_PERSONAL_DATA = "person.personal_data"
    IMPORT_ROSTER = "roster.import"
    HELP_WITH_SIGN_IN = "account.sign_in"
    ADMINISTER_ACCOUNTS = "account.administer"
    ADMINISTER_SYSTEM = "system.administer"
    SEE_TASKS = "task.see"
    CHASE_TASKS = "task.chase"
    SEE_NOTICES = "notice.see"
    ISSUE_NOTICES = "notice.issue"
    SIGN_NOTICES = "notice.sign"
    COLLECT = "collection.collect"
    FILL_COLLECTIONS = "collection.fill"
    SUBMIT_COLLECTIONS = "collection.submit"
    HAND_OVER = "handover.make"
    SEE_HISTORY = "audit.history"
    AUDIT = "audit.all"
