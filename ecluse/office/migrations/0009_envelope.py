"""Where are the published lines of committed figures kept, and the proofs about them?"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("office", "0008_inquiries")]

    operations = [
        migrations.CreateModel(
            name="EnvelopeProof",
            fields=[
                ("statement_digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("body", models.BinaryField()),
                ("proof", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="FiguresLine",
            fields=[
                ("id", models.CharField(max_length=110, primary_key=True, serialize=False)),
                ("log", models.CharField(max_length=80)),
                ("index", models.BigIntegerField(db_column="log_index")),
                ("at", models.IntegerField()),
                ("record", models.CharField(db_index=True, max_length=64)),
                ("owner", models.CharField(db_index=True, max_length=16)),
                ("hash", models.CharField(max_length=64)),
                ("body", models.BinaryField()),
            ],
            options={
                "indexes": [models.Index(fields=["log", "index", "at"], name="office_figu_log_5dfb0a_idx")],
            },
        ),
    ]
