"""What several apps know, for pages of lower apps that may not read across apps themselves."""

from django import template

from accounts.models import Party, User
from actionplans.models import ProgressUpdate
from monitoring.queries.handover import Thing, things_of
from monitoring.rules import Finding, finding_of, unrated

register = template.Library()


@register.simple_tag
def record_of(update: ProgressUpdate) -> Finding | None:
    """{% record_of update as finding %}: the rules' finding for the answer's item and period."""
    return finding_of(update)


@register.filter
def record_words(finding: Finding | None) -> str:
    """{% rating finding.rating empty=finding|record_words %}: what there is without a rating."""
    has_evidence = bool(finding and finding.evidence)
    return unrated(has_rule=bool(finding), has_evidence=has_evidence)


@register.simple_tag
def looked_after(person: User, party: Party) -> list[Thing]:
    """{% looked_after person party as things %}: items, drafts and seats of the person there."""
    return things_of(person, party)
