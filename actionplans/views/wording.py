"""What each step in an answer's way is called, what it will do and what was done."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from actionplans.enums import Rating, UpdateState
from actionplans.forms.updates import UpdateForm
from actionplans.models.updates import CONTENT_FIELDS
from actionplans.rules import Standing, reply_until
from common import formats

Words = str | Promise
FIELD_LABELS: dict[str, Words] = {
    name: UpdateForm.base_fields[name].label or name for name in CONTENT_FIELDS
}


@dataclass(frozen=True)
class StepWords:
    """The words of one step's page: what it is, what it will do, its button, what was done."""

    heading: Words
    effect: Words
    button: Words
    done: Words
    crumb: Words = ""  # where the button's words do not say which page this is


def names(s: Standing) -> dict[str, str]:
    assignment = s.update.assignment
    return {
        "item": formats.apart(assignment.item.named),
        "party": assignment.party.display_name,
        "lead": assignment.lead.name,
        "period": str(s.update.period),
    }


def submit_words(standing: Standing) -> StepWords:
    """Named by the real next holder, and where the signature is skipped it says so."""
    s = standing.as_author
    words = names(s)
    if s.signers:
        heading, button = _("Submit %(item)s to the validator"), _("Submit to the validator")
        effect = _("A validator of %(lead)s signs next.")
    elif s.endorsers and s.endorsers <= s.coordinators:
        heading, button = _("Submit %(item)s to the coordinator"), _("Submit to the coordinator")
        effect = _(
            "%(lead)s has no validator who may sign, so the signature is skipped. "
            "A coordinator endorses next."
        )
    elif s.endorsers:
        heading = _("Submit %(item)s to the country administrator")
        button = _("Submit to the country administrator")
        effect = _(
            "%(lead)s has no validator who may sign, so the signature is skipped. "
            "No coordinator may endorse this answer, so a country administrator does."
        )
    else:
        heading, button = _("Submit %(item)s"), _("Submit")
        effect = _(
            "Nobody may sign or endorse this answer yet. "
            "Ask your country administrator to give somebody the role."
        )
    return StepWords(heading % words, effect % words, button, _("%(item)s was submitted.") % words)


def unchanged_words(s: Standing) -> StepWords:
    words = names(s)
    submitted = submit_words(s)
    return StepWords(
        _("%(item)s: nothing changed since the last period") % words,
        _("The last period's text, rating and evidence stand for %(period)s too, with your reason.")
        % words
        + f" {submitted.effect}",
        submitted.button,
        _("%(item)s was submitted as unchanged.") % words,
        crumb=_("Nothing changed"),
    )


def carry_over_words(s: Standing) -> StepWords:
    words = names(s)
    return StepWords(
        _("%(item)s: take over the last period's text") % words,
        _(
            "The draft is filled with the last period's text, rating and evidence. "
            "What it holds now is replaced and stays in its history."
        ),
        _("Take over last period's text"),
        _("The last period's text is in the draft now. Change what has changed."),
    )


def sign_words(s: Standing) -> StepWords:
    words = names(s)
    return StepWords(
        _("Sign %(item)s for %(lead)s") % words,
        _(
            "You confirm the answer for %(lead)s. It goes on to be endorsed, and the other "
            "institutions of %(party)s can read it from now on."
        )
        % words,
        _("Sign for %(lead)s") % words,
        _("%(item)s was signed for %(lead)s.") % words,
    )


def endorse_words(s: Standing) -> StepWords:
    words = names(s)
    effect = _("The answer becomes part of the national answer and is sent with it.")
    if s.update.state == UpdateState.SUBMITTED:
        effect = (
            _("%(lead)s has no validator who may sign: the signature is skipped.") % words
            + f" {effect}"
        )
    return StepWords(
        _("Endorse %(item)s of %(lead)s") % words,
        effect,
        _("Endorse for the national answer"),
        _("%(item)s was endorsed. It waits for the national answer to be sent.") % words,
    )


def withdraw_words(s: Standing) -> StepWords:
    words = names(s)
    return StepWords(
        _("Take %(item)s back into the draft") % words,
        _("The answer can be changed again and has to be submitted anew."),
        _("Take back into the draft"),
        _("%(item)s is a draft again.") % words,
    )


def return_words(s: Standing) -> StepWords:
    words = names(s)
    effect = _(
        "%(lead)s mends the parts at which you write a reason, and submits again. "
        "All other parts stay locked. Signatures are given anew."
    )
    effect %= words
    if s.update.state == UpdateState.TRANSMITTED:
        effect += " " + _("Until then everybody outside reads what was transmitted.")
    return StepWords(
        _("Return %(item)s to %(lead)s") % words,
        effect,
        _("Return to %(lead)s") % words,
        _("%(item)s was returned to %(lead)s.") % words,
    )


def review_words(s: Standing) -> StepWords:
    words = names(s)
    return StepWords(
        _("Review %(item)s of %(party)s") % words,
        _("Your verdict stands beside the claim and the record. A difference needs a reason."),
        _("Give the verdict"),
        _("%(item)s of %(party)s was reviewed.") % words,
    )


def reopen_words(s: Standing) -> StepWords:
    words = names(s)
    return StepWords(
        _("Reopen %(item)s of %(party)s") % words,
        _(
            "%(lead)s can amend the answer until the time you set; it stays marked as amended. "
            "Until it is reviewed again, your last review stands outside."
        )
        % words,
        _("Reopen for %(lead)s") % words,
        _("%(item)s of %(party)s was reopened.") % words,
    )


def reply_words(s: Standing) -> StepWords:
    words = names(s)
    until = formats.instant(reply_until(s.update), s.update.assignment.party.time_zone)
    return StepWords(
        _("Reply to the verdict on %(item)s") % words,
        _(
            "Your reply stands beside claim, record and verdict, here, in the comparison and in "
            "reports. A verdict has one reply, which stays as it is. "
            "It can be given until %(until)s."
        )
        % {"until": until},
        _("Reply to the verdict"),
        _("The reply to the verdict on %(item)s was sent.") % words,
    )


def field_words(name: str, value: str) -> str:
    """A rating by its words; every other field as it is."""
    return str(Rating(value).label) if name == "rating" and value in Rating.values else value


def open_until(s: Standing) -> str:
    """Until when the answer can be written, in the party's time."""
    update = s.update
    until = update.editable_until or s.deadline
    return formats.instant(until, update.assignment.party.time_zone)
