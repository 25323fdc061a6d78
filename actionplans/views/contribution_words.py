"""What each step in a contribution's way is called, what it will do and what was done."""

from django.utils.translation import gettext as _

from actionplans.rules_contributions import ContributionStanding
from actionplans.views.wording import StepWords
from common import formats


def names(s: ContributionStanding) -> dict[str, str]:
    assignment = s.answer.update.assignment
    return {
        "item": formats.apart(assignment.item.named),
        "institution": s.contribution.institution.name,
        "lead": assignment.lead.name,
    }


def submit_words(s: ContributionStanding) -> StepWords:
    """Named by the real next holder, and where the signature is skipped it says so."""
    words = names(s)
    if s.as_author.signers:
        button = _("Submit to the validator")
        effect = _("A validator of %(institution)s signs next; then %(lead)s can read it.")
    else:
        button = _("Hand over to the lead institution")
        effect = _(
            "%(institution)s has no validator who may sign, so the signature is skipped and "
            "said to be. %(lead)s can read it at once."
        )
    return StepWords(
        _("Submit the contribution to %(item)s") % words,
        effect % words,
        button,
        _("The contribution to %(item)s was submitted.") % words,
    )


def sign_words(s: ContributionStanding) -> StepWords:
    words = names(s)
    return StepWords(
        _("Sign the contribution to %(item)s for %(institution)s") % words,
        _(
            "You confirm it for %(institution)s. %(lead)s can read it from now on and take it "
            "into the answer."
        )
        % words,
        _("Sign for %(lead)s") % {"lead": words["institution"]},
        _("The contribution was signed for %(institution)s.") % words,
    )


def return_words(s: ContributionStanding) -> StepWords:
    words = names(s)
    return StepWords(
        _("Return the contribution to %(item)s to %(institution)s") % words,
        _("%(institution)s mends it and submits again; it is signed anew.") % words,
        _("Return to %(lead)s") % {"lead": words["institution"]},
        _("The contribution was returned to %(institution)s.") % words,
    )


def withdraw_words(s: ContributionStanding) -> StepWords:
    words = names(s)
    return StepWords(
        _("Take the contribution to %(item)s back into the draft") % words,
        _("It can be changed again and has to be submitted anew. %(lead)s no longer reads it.")
        % words,
        _("Take back into the draft"),
        _("The contribution is a draft again."),
    )
