"""The addresses of rosters and ledgers."""

from kaocheng.access.endpoints import Endpoint
from kaocheng.access.permissions import Permission
from kaocheng.web.registers import entries, importing, ledgers, rosters, sheets

SEE, WRITE, ADOPT = Permission.SEE_ENTRIES, Permission.WRITE_ENTRIES, Permission.ADOPT
POST, BOTH = ("POST",), ("GET", "POST")
ONE = "registers/<int:adoption_id>/<str:register>"
ENTRY = "registers/entries/<int:entry_id>"
SUBJECT = "registers/subjects/<int:subject_id>"
SHEET = "registers/sheets/<int:sheet_id>"
TABLE = f"{ONE}/import/<int:use_id>"

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("registers", "registers", ledgers.registers, SEE),
    Endpoint("sheets", "registers/sheets", sheets.list_sheets, SEE),
    Endpoint("sheet", SHEET, sheets.show, SEE),
    Endpoint("sheet-confirm", f"{SHEET}/confirm", sheets.confirm, SEE, POST),
    Endpoint("sheet-dispute", f"{SHEET}/dispute", sheets.dispute, SEE, POST),
    Endpoint("entry", ENTRY, entries.show, SEE),
    Endpoint("entry-sign", f"{ENTRY}/sign", entries.sign_one, WRITE, POST),
    Endpoint("entry-return", f"{ENTRY}/return", entries.give_back, WRITE, POST),
    Endpoint("entry-correct", f"{ENTRY}/correct", entries.correct_one, WRITE, BOTH),
    Endpoint("entry-fill", f"{ENTRY}/fill", entries.fill_one, WRITE, POST),
    Endpoint("entry-withdraw", f"{ENTRY}/withdraw", entries.withdraw_one, WRITE, POST),
    Endpoint("entry-advance", f"{ENTRY}/advance", entries.advance_one, WRITE, POST),
    Endpoint("entry-acknowledge", f"{ENTRY}/acknowledge", entries.acknowledge_one, WRITE, POST),
    Endpoint("entry-file", f"{ENTRY}/files/<int:use_id>", entries.file, SEE),
    Endpoint("register-subject", SUBJECT, rosters.change, ADOPT, BOTH),
    Endpoint("register-subject-leave", f"{SUBJECT}/leave", rosters.leave, ADOPT, POST),
    Endpoint("register", ONE, ledgers.show, SEE),
    Endpoint("register-export", f"{ONE}/export", ledgers.export, SEE),
    Endpoint("register-sign", f"{ONE}/sign", ledgers.sign_many, WRITE, POST),
    Endpoint("register-sheets", f"{ONE}/sheets", sheets.make, ADOPT, POST),
    Endpoint("entry-enter", f"{ONE}/enter", ledgers.enter_one, WRITE, POST),
    Endpoint("register-subject-add", f"{ONE}/add", rosters.add, ADOPT, BOTH),
    Endpoint("register-empty", f"{ONE}/empty.xlsx", importing.empty, SEE),
    Endpoint("register-import", f"{ONE}/import", importing.bring, WRITE, BOTH),
    Endpoint("register-import-check", TABLE, importing.look, WRITE),
    Endpoint("register-import-faults", f"{TABLE}/faults.xlsx", importing.faults, WRITE),
    Endpoint("register-import-write", f"{TABLE}/write", importing.write, WRITE, POST),
)
