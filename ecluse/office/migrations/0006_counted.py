"""Which figures of a page does an index alone answer? How many units are where, and what stands on every account."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Two indexes; no row is touched."""

    dependencies = [("office", "0004_no_replace")]

    operations = [
        migrations.AddIndex(
            "unit",
            models.Index(fields=["fate", "custodian", "authority", "state", "model", "block"], name="units_counted"),
        ),
        migrations.AddIndex("posting", models.Index(fields=["account", "currency", "minor"], name="accounts_summed")),
    ]
