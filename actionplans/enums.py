from django.db import models
from django.utils.translation import gettext_lazy as _


class ItemType(models.TextChoices):
    RECOMMENDATION = "recommendation", _("Recommendation")
    ACTION_POINT = "action_point", _("Action point")


class ItemKind(models.TextChoices):
    """How an item is answered: over and over, once, or by a decision."""

    STANDING = "standing", _("Standing")
    ACT = "act", _("Act")
    CONSIDER = "consider", _("Consider")


class Actor(models.TextChoices):
    ALL = "all", _("All")
    TCC_PCC = "tcc_pcc", _("Troop and police contributing countries")
    WOMENS_MACHINERY = "womens_machinery", _("National women's machineries")
    DPKO = "dpko", _("DPKO")


class PeriodState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    OPEN = "open", _("Open")
    IN_REVIEW = "in_review", _("In review")
    CLOSED = "closed", _("Closed")


class PeriodKind(models.TextChoices):
    """What a period asks for: every answer, or only those where something changed."""

    YEARLY = "yearly", _("Yearly: every item")
    INTERIM = "interim", _("Interim: only what changed")


class UpdateState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    SIGNED = "signed", _("Signed")
    ENDORSED = "endorsed", _("Endorsed")
    TRANSMITTED = "transmitted", _("Transmitted")
    REVIEWED = "reviewed", _("Reviewed")
    RETURNED = "returned", _("Returned")


class ContributionState(models.TextChoices):
    """Where the contribution of a supporting institution is; the words are an answer's."""

    DRAFT = UpdateState.DRAFT.value, UpdateState.DRAFT.label
    SUBMITTED = UpdateState.SUBMITTED.value, UpdateState.SUBMITTED.label
    SIGNED = UpdateState.SIGNED.value, UpdateState.SIGNED.label
    RETURNED = UpdateState.RETURNED.value, UpdateState.RETURNED.label


class Verb(models.TextChoices):
    """What can happen to an update; the table of who and when is in `rules`."""

    SAVE = "save", _("Save")
    SUBMIT = "submit", _("Submit")
    SIGN = "sign", _("Sign")
    ENDORSE = "endorse", _("Endorse")
    SEND = "send", _("Send")
    REVIEW = "review", _("Review")
    WITHDRAW = "withdraw", _("Withdraw")
    RETURN = "return", _("Return")
    REOPEN = "reopen", _("Reopen")
    REPLY = "reply", _("Reply")
    LAPSE = "lapse", _("Lapse")


class Part(models.TextChoices):
    """What a return asks to be mended."""

    WHOLE = "whole", _("The whole answer")
    NARRATIVE = "narrative", _("The narrative")
    RATING = "rating", _("The rating")
    MEASURES = "measures", _("Measures and next steps")
    EVIDENCE = "evidence", _("The evidence")


class Visibility(models.TextChoices):
    """Who reads a piece of evidence, once an answer that it supports is sent."""

    PARTY = "party", _("The party alone")
    REVIEWERS = "reviewers", _("The party and its reviewers")
    PUBLIC = "public", _("Everybody")


class ReturnOutcome(models.TextChoices):
    """What became of a returned part."""

    ACCEPTED = "accepted", _("Taken as mended")
    RETURNED_AGAIN = "returned_again", _("Returned again")
    LAPSED = "lapsed", _("Lapsed with the reopening")


class Rating(models.TextChoices):
    """The one scale of claim, record and verdict; which values apply depends on the item's kind."""

    NOT_STARTED = "0", _("0 Not started")
    IN_PREPARATION = "1", _("1 In preparation")
    ADOPTED = "2", _("2 Adopted")
    APPLIED = "3", _("3 Applied")
    SUSTAINED = "4", _("4 Sustained")
    NOT_APPLICABLE = "na", _("Not applicable")
    NOT_DONE = "not_done", _("Not done")
    UNDER_WAY = "under_way", _("Under way")
    DONE = "done", _("Done")
    OPEN = "open", _("Open")
    YES = "yes", _("Decided: yes")
    NO = "no", _("Decided: no")


RATINGS_BY_KIND: dict[str, tuple[Rating, ...]] = {
    ItemKind.STANDING: (
        Rating.NOT_STARTED,
        Rating.IN_PREPARATION,
        Rating.ADOPTED,
        Rating.APPLIED,
        Rating.SUSTAINED,
        Rating.NOT_APPLICABLE,
    ),
    ItemKind.ACT: (Rating.NOT_DONE, Rating.UNDER_WAY, Rating.DONE, Rating.NOT_APPLICABLE),
    ItemKind.CONSIDER: (Rating.OPEN, Rating.YES, Rating.NO, Rating.NOT_APPLICABLE),
}
# What is applied in practice is shown by evidence.
RATINGS_WITH_EVIDENCE = (Rating.APPLIED, Rating.SUSTAINED)
# A reader needs to know why: not applicable, and a decision either way.
RATINGS_WITH_REASON = (Rating.NOT_APPLICABLE, Rating.YES, Rating.NO)


class WorkbookState(models.TextChoices):
    """Where a filled workbook that was sent stands."""

    READY = "ready", _("Waits for a decision")
    REFUSED = "refused", _("Refused")
    ACCEPTED = "accepted", _("Taken over")
    DISCARDED = "discarded", _("Discarded")


class WorkbookRow(models.TextChoices):
    """What a workbook would do to one answer."""

    CONFLICT = "conflict", _("Changed here too")
    LOCKED = "locked", _("Cannot be changed now")
    NEW = "new", _("New")
    CHANGED = "changed", _("Changed")
    UNCHANGED = "unchanged", _("Unchanged")
