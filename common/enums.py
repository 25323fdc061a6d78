from django.db import models
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class ScanState(models.TextChoices):
    """What the check of an uploaded file's name and content found."""

    PENDING = "pending", _("Not checked yet")
    CLEAN = "clean", _("Checked")
    REFUSED = "refused", _("Refused")
