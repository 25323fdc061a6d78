"""Infrastructure that every app rests on; nothing of the domain."""

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from common import clock, formats
from common.enums import JobState, ScanState


class Job(models.Model):
    """One piece of background work. The row is the truth; the broker only rings for it."""

    kind = models.CharField(max_length=50)
    unique_key = models.CharField(max_length=200, unique=True)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="job_state_known", condition=models.Q(state__in=JobState.values)
            ),
            models.CheckConstraint(
                name="job_lease_while_running",
                condition=models.Q(state=JobState.RUNNING, lease_until__isnull=False)
                | (~models.Q(state=JobState.RUNNING) & models.Q(lease_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="job_finished_at_when_finished",
                condition=models.Q(
                    state__in=[JobState.DONE, JobState.FAILED], finished_at__isnull=False
                )
                | (
                    ~models.Q(state__in=[JobState.DONE, JobState.FAILED])
                    & models.Q(finished_at__isnull=True)
                ),
            ),
        ]
        indexes = [models.Index(fields=["state", "lease_until"], name="job_state_lease")]

    def __str__(self) -> str:
        return self.unique_key


class OutgoingMail(models.Model):
    """A mail that the worker has to send, at least once, under one Message-ID."""

    message_id = models.CharField(max_length=200, unique=True)
    sender = models.CharField(max_length=320)
    recipients = models.JSONField()
    subject = models.CharField(max_length=400)
    body = models.TextField(blank=True)
    html_body = models.TextField(blank=True)
    created_at = models.DateTimeField(default=clock.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="mail_body_erased_once_sent",
                condition=models.Q(sent_at__isnull=True) | models.Q(body="", html_body=""),
            )
        ]
        indexes = [models.Index(fields=["sent_at", "lease_until"], name="mail_sent_lease")]

    def __str__(self) -> str:
        return self.message_id


class Heartbeat(models.Model):
    """When a background process last said that it lives."""

    name = models.CharField(max_length=50, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class StoredFile(models.Model):
    """The bytes of one file, known by their SHA-256. Its rights are those of what uses it."""

    file = models.FileField(upload_to="files/%Y/%m/")
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    content_type = models.CharField(max_length=100)
    scan_state = models.CharField(
        max_length=10, choices=ScanState.choices, default=ScanState.PENDING
    )
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="storedfile_not_empty",
                condition=models.Q(size__gt=0),
                violation_error_message=_("The file is empty. Choose a file with content."),
            ),
        ]
        indexes = [models.Index(fields=["sha256"], name="storedfile_sha256")]

    def __str__(self) -> str:
        return self.name


def _token() -> str:
    return secrets.token_urlsafe(24)


class PartialUploadQuerySet(models.QuerySet["PartialUpload"]):
    def open(self) -> "PartialUploadQuerySet":
        """Neither used nor past their time."""
        return self.filter(used_at__isnull=True, expires_at__gt=clock.now())


class PartialUpload(models.Model):
    """A file on its way in, in chunks; once whole and checked, the StoredFile it became.

    `owner` is a user's id: common knows no accounts. A row lives until `expires_at`, also after
    its file was used, so that a form sent twice finds that out.
    """

    token = models.CharField(max_length=40, unique=True, default=_token)
    owner = models.PositiveBigIntegerField()
    purpose = models.CharField(max_length=60)
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    allowed = models.JSONField(default=list)  # kinds of file, as in common.uploads.TYPES
    received = models.PositiveBigIntegerField(default=0)
    parts = models.JSONField(default=list)  # names in the file storage, in order
    stored_file = models.OneToOneField(StoredFile, models.PROTECT, null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()

    objects = PartialUploadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="partialupload_not_past_its_size",
                condition=models.Q(received__lte=models.F("size"), size__gt=0),
            ),
            models.CheckConstraint(
                name="partialupload_used_once_whole",
                condition=models.Q(used_at__isnull=True) | models.Q(stored_file__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["owner", "purpose", "sha256", "size", "name"],
                condition=models.Q(used_at__isnull=True),
                name="partialupload_once_until_used",
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], name="partialupload_expires")]

    def __str__(self) -> str:
        return self.name

    @property
    def how_far(self) -> str:
        """ "1.4 MB of 2.9 MB"."""
        sizes = {"part": formats.size(self.received), "whole": formats.size(self.size)}
        return _("%(part)s of %(whole)s") % sizes
