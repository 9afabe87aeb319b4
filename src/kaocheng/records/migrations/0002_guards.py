"""What the models cannot say: the log is only ever added to, and only sealed once."""

from django.db import migrations

FORWARD = """
create function audit_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'the audit log is append-only';
end $$;
create trigger audit_row_stays before update or delete on records_auditrow
    for each row execute function audit_is_append_only();
create trigger audit_seal_stays before update or delete on records_auditseal
    for each row execute function audit_is_append_only();
create trigger audit_anchor_stays before update or delete on records_auditanchor
    for each row execute function audit_is_append_only();
"""
BACKWARD = """
drop trigger audit_row_stays on records_auditrow;
drop trigger audit_seal_stays on records_auditseal;
drop trigger audit_anchor_stays on records_auditanchor;
drop function audit_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = (("records", "0001_initial"),)
    operations = (migrations.RunSQL(FORWARD, BACKWARD),)
