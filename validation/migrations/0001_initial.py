"""Results of monitoring."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("metadata", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ValidationResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("leftside_value", models.FloatField()),
                ("rightside_value", models.FloatField()),
                ("day_in_period", models.IntegerField(null=True)),
                ("notification_sent", models.BooleanField(default=False)),
                ("created", models.DateTimeField()),
                ("attribute_option_combo", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="metadata.categoryoptioncombo")),
                ("organisation_unit", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="metadata.organisationunit")),
                ("period", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="metadata.period")),
                ("validation_rule", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="metadata.validationrule")),
            ],
            options={
                "indexes": [models.Index(condition=models.Q(("notification_sent", False)), fields=["id"], name="validation_result_unsent")],
                "constraints": [models.UniqueConstraint(fields=("validation_rule", "period", "organisation_unit", "attribute_option_combo", "day_in_period"), name="validation_result_once", nulls_distinct=False)],
            },
        ),
    ]
