"""What the models cannot say: the log is only ever added to, and every row of it wants a seal."""

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

create function audit_is_not_emptied() returns trigger language plpgsql as $$
begin
    -- Tests empty their tables between two of them.
    if coalesce(current_setting('kaocheng.empties_tables', true), '') <> 'on' then
        raise exception 'the audit log is append-only';
    end if;
    return null;
end $$;
create trigger audit_row_is_not_emptied before truncate on records_auditrow
    for each statement execute function audit_is_not_emptied();
create trigger audit_seal_is_not_emptied before truncate on records_auditseal
    for each statement execute function audit_is_not_emptied();
create trigger audit_anchor_is_not_emptied before truncate on records_auditanchor
    for each statement execute function audit_is_not_emptied();

create function audit_wants_seal() returns trigger language plpgsql as $$
begin
    insert into records_auditunsealed (row_id) select id from added;
    return null;
end $$;
create trigger audit_row_wants_seal after insert on records_auditrow
    referencing new table as added for each statement execute function audit_wants_seal();
"""
BACKWARD = """
drop trigger audit_row_wants_seal on records_auditrow;
drop function audit_wants_seal();
drop trigger audit_row_is_not_emptied on records_auditrow;
drop trigger audit_seal_is_not_emptied on records_auditseal;
drop trigger audit_anchor_is_not_emptied on records_auditanchor;
drop function audit_is_not_emptied();
drop trigger audit_row_stays on records_auditrow;
drop trigger audit_seal_stays on records_auditseal;
drop trigger audit_anchor_stays on records_auditanchor;
drop function audit_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = (("records", "0001_initial"),)
    operations = (migrations.RunSQL(FORWARD, BACKWARD),)
