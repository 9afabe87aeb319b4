"""What the models cannot say: what an entry says, what was frozen and what was voted stays."""

from django.db import migrations

FORWARD = """
create function work_stays() returns trigger language plpgsql as $$
begin
    raise exception '% is only ever added to', tg_table_name;
end $$;
create trigger scheme_version_stays before update on records_schemeversion
    for each row execute function work_stays();
create trigger amendment_stays before update or delete on records_amendment
    for each row execute function work_stays();
create trigger entry_step_stays before update or delete on records_entrystep
    for each row execute function work_stays();
-- While papers are put in, all are written anew, so that none shows when it came.
create function ballot_paper_stays() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and exists (
        select from records_ballot where id = old.ballot_id and state = 'open'
    ) then
        return old;
    end if;
    raise exception '% is only ever added to', tg_table_name;
end $$;
create trigger ballot_paper_stays before update or delete on records_ballotpaper
    for each row execute function ballot_paper_stays();

create function entry_says_the_same() returns trigger language plpgsql as $$
begin
    if (new.register, new.unit_id, new.values, new.date, new.period, new.code, new.quantity,
        new.money, new.key, new.number, new.corrects_id, new.entered_by_id, new.entered_at)
        is distinct from
       (old.register, old.unit_id, old.values, old.date, old.period, old.code, old.quantity,
        old.money, old.key, old.number, old.corrects_id, old.entered_by_id, old.entered_at)
    then
        raise exception 'what an entry says is never changed';
    end if;
    return new;
end $$;
create trigger entry_says_the_same before update on records_entry
    for each row execute function entry_says_the_same();
create trigger entry_stays before delete on records_entry
    for each row execute function work_stays();

create function result_row_is_frozen() returns trigger language plpgsql as $$
begin
    if to_jsonb(new) - '{acknowledged_by_id,acknowledged_at,version}'::text[]
        is distinct from to_jsonb(old) - '{acknowledged_by_id,acknowledged_at,version}'::text[]
    then
        raise exception 'a frozen result is never changed';
    end if;
    return new;
end $$;
create trigger result_row_is_frozen before update on records_resultrow
    for each row execute function result_row_is_frozen();
create trigger result_row_stays before delete on records_resultrow
    for each row execute function work_stays();

create function result_set_is_frozen() returns trigger language plpgsql as $$
begin
    if to_jsonb(new) - '{state,reopened_at,reopened_because,version}'::text[]
        is distinct from to_jsonb(old) - '{state,reopened_at,reopened_because,version}'::text[]
    then
        raise exception 'a frozen result is never changed';
    end if;
    return new;
end $$;
create trigger result_set_is_frozen before update on records_resultset
    for each row execute function result_set_is_frozen();
create trigger result_set_stays before delete on records_resultset
    for each row execute function work_stays();
"""
BACKWARD = """
drop trigger result_set_stays on records_resultset;
drop trigger result_set_is_frozen on records_resultset;
drop function result_set_is_frozen();
drop trigger result_row_stays on records_resultrow;
drop trigger result_row_is_frozen on records_resultrow;
drop function result_row_is_frozen();
drop trigger entry_stays on records_entry;
drop trigger entry_says_the_same on records_entry;
drop function entry_says_the_same();
drop trigger ballot_paper_stays on records_ballotpaper;
drop function ballot_paper_stays();
drop trigger entry_step_stays on records_entrystep;
drop trigger amendment_stays on records_amendment;
drop trigger scheme_version_stays on records_schemeversion;
drop function work_stays();
"""


class Migration(migrations.Migration):
    dependencies = (("records", "0004_scheme_work"),)
    operations = (migrations.RunSQL(FORWARD, BACKWARD),)
