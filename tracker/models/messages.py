"""What program rules have sent already."""

from __future__ import annotations

from django.db import models

from tracker.models.columns import pointer


class RuleMessage(models.Model):
    """That rules had a template (its uid) sent about an enrollment: once, unless the template may repeat."""

    enrollment = pointer("tracker.Enrollment")
    template_uid = models.CharField(max_length=11)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "program_rule_message"
        constraints = [models.UniqueConstraint(fields=["enrollment", "template_uid"], name="program_rule_message_once")]
