"""What was done."""

from django.db import models

from common import clock


class AuditEvent(models.Model):
    """One write, by whom and when, in ids only. Without foreign keys, so a log blocks nothing."""

    at = models.DateTimeField(default=clock.now)
    by_id = models.BigIntegerField(null=True, blank=True)
    action = models.CharField(max_length=60)
    party_id = models.BigIntegerField(null=True, blank=True)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=60)
    details = models.JSONField(default=dict)

    append_only = True

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["party_id", "-at"], name="audit_party_at"),
            models.Index(fields=["subject_type", "subject_id"], name="audit_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_type} {self.subject_id}"
