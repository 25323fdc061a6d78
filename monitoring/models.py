"""What monitoring keeps of its own: who takes part in the pilot, and reports as they were made."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEvent, Membership, Party, User, paired
from accounts.permissions import Permission, roles_with
from actionplans.enums import UpdateState
from actionplans.models import Evidence, ProgressUpdate, ReportingPeriod
from common import clock, formats
from common.models import StoredFile
from monitoring.enums import PilotState, RenditionFormat, ReportKind


class PilotParticipationQuerySet(models.QuerySet["PilotParticipation"]):
    def endorsed(self) -> "PilotParticipationQuerySet":
        """The only ones that may be shown as pilots."""
        return self.filter(state=PilotState.ENDORSED)


class PilotParticipation(models.Model):
    """A country's part in the pilot: invited, endorsed nationally, declined, withdrawn."""

    party = models.OneToOneField(Party, models.PROTECT, related_name="pilot")
    state = models.CharField(
        _("state"), max_length=10, choices=PilotState.choices, default=PilotState.INVITED
    )
    date = models.DateField(_("since"))
    endorsed_by = models.CharField(_("endorsed by"), max_length=160, blank=True)
    document = models.ForeignKey(
        Evidence,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("document of the endorsement"),
    )
    document_text = models.CharField(_("reference of the document"), max_length=300, blank=True)

    objects = PilotParticipationQuerySet.as_manager()

    class Meta:
        ordering = ["party__name"]
        constraints = [
            models.CheckConstraint(
                name="pilot_endorsed_by_a_body_in_a_document",
                condition=~Q(state=PilotState.ENDORSED)
                | (~Q(endorsed_by="") & (Q(document__isnull=False) | ~Q(document_text=""))),
                violation_error_message=_("Name the body that endorsed it, and the document."),
            ),
            models.CheckConstraint(
                name="pilot_state_known", condition=Q(state__in=PilotState.values)
            ),
        ]

    def __str__(self) -> str:
        return str(self.party)


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    def visible_to(self, user: User) -> "SnapshotQuerySet":
        """Reports of own parties and of parties under a mandate: they hold what was transmitted."""
        return self.filter(party__in=Party.objects.visible_to(user).values("pk"))

    def without_content(self) -> "SnapshotQuerySet":
        return self.defer("content")

    def final(self) -> "SnapshotQuerySet":
        return self.filter(kind=ReportKind.FINAL)


class Snapshot(models.Model):
    """A party's report on a period with its content frozen as canonical JSON text. Append-only.

    `request_key` names what asked for it, so that a task that runs twice makes it once.
    """

    party = models.ForeignKey(Party, models.PROTECT, related_name="snapshots")
    period = models.ForeignKey(ReportingPeriod, models.PROTECT, related_name="snapshots")
    kind = models.CharField(_("kind"), max_length=12, choices=ReportKind.choices)
    number = models.PositiveSmallIntegerField(_("number"))
    content = models.TextField()
    sha256 = models.CharField(max_length=64)
    request_key = models.CharField(max_length=200, unique=True)
    made_at = models.DateTimeField(_("made"), default=clock.now)
    requested_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = SnapshotQuerySet.as_manager()
    append_only = True

    class Meta:
        ordering = ["-period__opens_at", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["party", "period", "number"],
                name="snapshot_number_unique",
                violation_error_message=_("A report of this number was made already."),
            ),
            models.UniqueConstraint(
                fields=["party", "period"],
                condition=Q(kind=ReportKind.FINAL),
                name="snapshot_final_once_per_party_and_period",
                violation_error_message=_("The final report of this period was made already."),
            ),
            models.CheckConstraint(
                name="snapshot_kind_known", condition=Q(kind__in=ReportKind.values)
            ),
            models.CheckConstraint(
                name="snapshot_sha256_is_hexadecimal", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")
            ),
        ]
        indexes = [models.Index(fields=["sha256"], name="snapshot_sha256")]

    def __str__(self) -> str:
        return formats.named(ReportKind(self.kind).numbered(self.number), self.period)

    def get_absolute_url(self) -> str:
        return reverse("monitoring:report", args=[self.party.code, self.pk])


class Rendition(models.Model):
    """A snapshot written out as a file in one format and language, with the file's own digest.

    Append-only. `standard` is the PDF standard that was enforced, empty where the text did not
    allow it.
    """

    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="renditions")
    format = models.CharField(max_length=4, choices=RenditionFormat.choices)
    language = models.CharField(max_length=8)
    stored_file = models.OneToOneField(StoredFile, models.PROTECT, related_name="rendition")
    sha256 = models.CharField(max_length=64)
    standard = models.CharField(max_length=8, blank=True)
    made_at = models.DateTimeField(default=clock.now)

    append_only = True

    class Meta:
        ordering = ["format", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot", "format", "language"],
                name="rendition_once_per_format_and_language",
                violation_error_message=_("This file of the report was made already."),
            ),
            models.CheckConstraint(
                name="rendition_standard_known", condition=Q(standard__in=["", "ua-1"])
            ),
        ]
        indexes = [models.Index(fields=["sha256"], name="rendition_sha256")]

    def __str__(self) -> str:
        language = get_language_info(self.language)["name_translated"]
        return formats.named(self.snapshot, self.get_format_display(), language)

    @property
    def language_name(self) -> str:
        """The language's own name."""
        return str(get_language_info(self.language)["name_local"])


def _managed_by(user: User) -> models.QuerySet[Party]:
    """Parties whose people the user manages; in an archived one nobody does."""
    roles = roles_with(Permission.MANAGE_PEOPLE)
    held = Membership.objects.current().filter(user=user, role__in=roles)
    return Party.objects.filter(archived_at=None, memberships__in=held)


class HandOverQuerySet(models.QuerySet["HandOver"]):
    def visible_to(self, user: User) -> "HandOverQuerySet":
        """Those in parties whose people the user manages."""
        return self.filter(party__in=_managed_by(user))


class HandOver(models.Model):
    """That a person's work in a party was given to others, by whom and when."""

    party = models.ForeignKey(Party, models.PROTECT, related_name="hand_overs")
    leaver = models.ForeignKey(User, models.PROTECT, related_name="hand_overs")
    made_at = models.DateTimeField(default=clock.now)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    roles_ended = models.PositiveSmallIntegerField(default=0)

    objects = HandOverQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return str(self.leaver)

    def get_absolute_url(self) -> str:
        return reverse("monitoring:hand-over", args=[self.party.code, self.leaver_id])


class BriefingQuerySet(models.QuerySet["Briefing"]):
    def visible_to(self, user: User) -> "BriefingQuerySet":
        """For who got it and who manages the party's people."""
        return self.filter(Q(receiver=user) | Q(hand_over__party__in=_managed_by(user)))


class Briefing(models.Model):
    """What one person got in a hand-over, frozen as canonical JSON text, and its PDF once made."""

    hand_over = models.ForeignKey(HandOver, models.PROTECT, related_name="briefings")
    receiver = models.ForeignKey(User, models.PROTECT, related_name="briefings")
    content = models.TextField()
    sha256 = models.CharField(max_length=64)
    language = models.CharField(max_length=8)
    stored_file = models.OneToOneField(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="briefing"
    )
    standard = models.CharField(max_length=8, blank=True)  # as of a Rendition

    objects = BriefingQuerySet.as_manager()

    class Meta:
        ordering = ["receiver__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["hand_over", "receiver"], name="briefing_once_a_receiver"
            ),
            models.CheckConstraint(
                name="briefing_standard_known", condition=Q(standard__in=["", "ua-1"])
            ),
        ]

    def __str__(self) -> str:
        names = {"leaver": self.hand_over.leaver, "receiver": self.receiver}
        return str(_("What %(leaver)s handed over to %(receiver)s") % names)

    def get_absolute_url(self) -> str:
        return reverse("monitoring:briefing", args=[self.hand_over.party.code, self.pk])

    @property
    def job_key(self) -> str:
        """The job that writes its PDF."""
        return f"briefing:{self.pk}"


class Digest(models.Model):
    """The one mail in which a person was told, on one day of theirs, of what had waited."""

    user = models.ForeignKey(User, models.PROTECT, related_name="digests")
    day = models.DateField()
    sent_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-day"]
        constraints = [
            models.UniqueConstraint(fields=["user", "day"], name="digest_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.day}"


class Notice(models.Model):
    """One event that one person is told of. Its words are made when it is read.

    `due_at` is when it goes out by mail (None: not by mail), `told_at` when that was done. It is
    `left_out` of the mail where by then it was done or no longer the person's.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="notices")
    event = models.ForeignKey(AuditEvent, models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=60)
    at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    left_out = models.BooleanField(default=False)
    digest = models.ForeignKey(
        Digest, models.PROTECT, null=True, blank=True, related_name="notices"
    )

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "event"], name="notice_once_per_event"),
            models.CheckConstraint(
                name="notice_digest_of_what_was_told",
                condition=Q(digest__isnull=True) | Q(told_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(told_at=None), name="notice_waiting"),
            models.Index(fields=["user", "-at"], name="notice_user_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.user}"


class NoticeAnswer(models.Model):
    """One answer that a notice is about, in the state in which it stood then.

    `instead_of` is the focal point for whom an alternate is told, away until `away_until`.
    """

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="answers")
    update = models.ForeignKey(ProgressUpdate, models.PROTECT, related_name="notice_answers")
    state = models.CharField(max_length=12, choices=UpdateState.choices)
    instead_of = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    away_until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["update__assignment__item__position"]
        constraints = [
            models.UniqueConstraint(fields=["notice", "update"], name="noticeanswer_once"),
            paired("instead_of", "away_until", "noticeanswer_instead_of_and_until"),
        ]

    def __str__(self) -> str:
        return f"{self.notice}: {self.update}"

    @property
    def instead(self) -> str:
        """Why an alternate is told; empty to others. Comes with `instead_of` joined."""
        if self.instead_of is None or self.away_until is None:
            return ""
        words = {"name": formats.apart(self.instead_of.name), "day": formats.day(self.away_until)}
        return str(_("for %(name)s, who is away until %(day)s") % words)

    @property
    def stands(self) -> bool:
        """Whether the answer still waits for what it waited for."""
        written = (UpdateState.DRAFT, UpdateState.RETURNED)
        state = self.update.state
        return state == self.state or (state in written and self.state in written)


class SearchEntry(models.Model):
    """What a search reads of one thing, as it was written; its terms stand beside the table.

    Derived: `reindex_search` makes all of them anew. `source` tells in which of its texts a thing
    is found, and with whose rights. An entry that changes is written anew, so that the highest
    keys are the newest; terms are indexed by common.fulltext.index.
    """

    key = models.CharField(max_length=80, unique=True)
    source = models.CharField(max_length=16)
    object_id = models.BigIntegerField()
    party = models.ForeignKey(
        Party, models.PROTECT, null=True, blank=True, related_name="search_entries"
    )
    language = models.CharField(max_length=2)  # by which the words of Latin letters are stemmed
    title_terms = models.TextField(blank=True)
    context = models.TextField(blank=True)
    text = models.TextField(blank=True)
    indexed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["source", "object_id"], name="searchentry_source_object"),
            # From the newest back: words that are frequent in answers may be rare in documents.
            models.Index(fields=["source", "id"], name="searchentry_source_newest"),
        ]

    def __str__(self) -> str:
        return self.key
