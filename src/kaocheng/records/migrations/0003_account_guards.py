"""Ending a sign-in finds its session by the digest of the key, without reading all sessions."""

from django.db import migrations

FORWARD = """
create index django_session_digest on django_session
    (encode(sha256(session_key::bytea), 'hex'));
"""
BACKWARD = "drop index django_session_digest;"


class Migration(migrations.Migration):
    dependencies = (("records", "0002_guards"), ("sessions", "0001_initial"))
    operations = (migrations.RunSQL(FORWARD, BACKWARD),)
