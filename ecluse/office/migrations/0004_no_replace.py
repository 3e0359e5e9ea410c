"""A sealed row cannot be replaced by an insert either; the read log is only added to."""

from django.db import migrations

# SQLite's INSERT OR REPLACE deletes the old row without asking any trigger on deletes. PostgreSQL has no such thing:
# its ON CONFLICT DO UPDATE is an update, which is refused already.
KEYS = {
    "office_record": ("rid = NEW.rid", "digest = NEW.digest"),
    "office_signaturerow": ("id = NEW.id",),
    "office_salt": ("digest = NEW.digest",),
    "office_logentry": ("id = NEW.id", "log = NEW.log AND log_index = NEW.log_index"),
    "office_checkpoint": ("id = NEW.id",),
    "office_entry": ("rid = NEW.rid",),
    "office_posting": ("id = NEW.id",),
    "office_setting": ('"key" = NEW."key"',),
    "office_readentry": ("id = NEW.id",),
}
READ_LOG = "office_readentry"

SQLITE = [
    *(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN "
        + " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {key})" for key in keys)
        + " BEGIN SELECT RAISE(ABORT, 'sealed records are only added'); END"
        for table, keys in KEYS.items()
    ),
    *(
        f"CREATE TRIGGER {READ_LOG}_no_{verb.lower()} BEFORE {verb} ON {READ_LOG} "
        "BEGIN SELECT RAISE(ABORT, 'sealed records are only added'); END"
        for verb in ("UPDATE", "DELETE")
    ),
]

POSTGRESQL = [
    f"CREATE TRIGGER {READ_LOG}_sealed BEFORE UPDATE OR DELETE ON {READ_LOG} "
    "FOR EACH ROW EXECUTE FUNCTION ecluse_sealed()",
    f"CREATE TRIGGER {READ_LOG}_whole BEFORE TRUNCATE ON {READ_LOG} "
    "FOR EACH STATEMENT EXECUTE FUNCTION ecluse_sealed()",
]


def seal_tables(apps, schema_editor):
    """Install the triggers of this database's kind."""
    statements = SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL
    for statement in statements:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("office", "0003_people")]
    operations = [migrations.RunPython(seal_tables, migrations.RunPython.noop, atomic=True)]
