"""Where do all processes of the office count who asks about serial numbers?"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("office", "0007_scopes_and_keys")]

    operations = [
        migrations.CreateModel(
            name="InquiryCount",
            fields=[
                ("slot", models.CharField(max_length=120, primary_key=True, serialize=False)),
                ("count", models.IntegerField()),
                ("until", models.DateTimeField(db_index=True)),
            ],
        ),
    ]
