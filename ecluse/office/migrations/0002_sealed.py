"""Sealed tables refuse UPDATE and DELETE; an entry whose postings do not sum to zero is refused."""

from django.db import migrations

SEALED = (
    "office_record",
    "office_signaturerow",
    "office_salt",
    "office_logentry",
    "office_checkpoint",
    "office_entry",
    "office_posting",
    "office_setting",
)

SQLITE = [
    statement
    for table in SEALED
    for statement in (
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'sealed records are only added'); END",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'sealed records are only added'); END",
    )
] + [
    """CREATE TRIGGER office_entry_balances BEFORE INSERT ON office_entry
    WHEN (SELECT count(*) FROM office_posting WHERE entry_id = NEW.rid) < 2
      OR EXISTS (SELECT 1 FROM office_posting WHERE entry_id = NEW.rid GROUP BY currency HAVING sum(minor) <> 0)
    BEGIN SELECT RAISE(ABORT, 'an entry sums to zero in every currency'); END""",
    """CREATE TRIGGER office_posting_before_entry BEFORE INSERT ON office_posting
    WHEN EXISTS (SELECT 1 FROM office_entry WHERE rid = NEW.entry_id)
    BEGIN SELECT RAISE(ABORT, 'an entry once written takes no posting'); END""",
]

POSTGRESQL = [
    """CREATE FUNCTION ecluse_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'sealed records are only added'; END $$""",
    *(
        f"CREATE TRIGGER {table}_sealed BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION ecluse_sealed()"
        for table in SEALED
    ),
    *(
        f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION ecluse_sealed()"
        for table in SEALED
    ),
    """CREATE FUNCTION ecluse_entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF (SELECT count(*) FROM office_posting WHERE entry_id = NEW.rid) < 2
         OR EXISTS (SELECT 1 FROM office_posting WHERE entry_id = NEW.rid GROUP BY currency HAVING sum(minor) <> 0)
      THEN RAISE EXCEPTION 'an entry sums to zero in every currency'; END IF;
      RETURN NEW;
    END $$""",
    """CREATE TRIGGER office_entry_balances BEFORE INSERT ON office_entry
    FOR EACH ROW EXECUTE FUNCTION ecluse_entry_balances()""",
    """CREATE FUNCTION ecluse_posting_before_entry() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF EXISTS (SELECT 1 FROM office_entry WHERE rid = NEW.entry_id)
      THEN RAISE EXCEPTION 'an entry once written takes no posting'; END IF;
      RETURN NEW;
    END $$""",
    """CREATE TRIGGER office_posting_before_entry BEFORE INSERT ON office_posting
    FOR EACH ROW EXECUTE FUNCTION ecluse_posting_before_entry()""",
]


def seal_tables(apps, schema_editor):
    """Install the triggers of this database's kind."""
    statements = SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL
    for statement in statements:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("office", "0001_initial")]
    operations = [migrations.RunPython(seal_tables, migrations.RunPython.noop, atomic=True)]
