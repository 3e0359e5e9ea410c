"""How does a token name every action there is, and how are answered requests found that are past keeping?"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("office", "0006_counted")]

    operations = [
        migrations.AlterField("apitoken", "scopes", models.TextField()),
        migrations.AlterField("idempotencykey", "at", models.DateTimeField(db_index=True)),
    ]
