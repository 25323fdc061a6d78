"""What the records show, for pages of lower apps that may not read across apps themselves."""

from django import template

from actionplans.models import ProgressUpdate
from monitoring.facts import facts_for
from monitoring.rules import Finding, findings_for

register = template.Library()


@register.simple_tag
def record_of(update: ProgressUpdate) -> Finding | None:
    """{% record_of update as finding %}: the rules' finding for the answer's item and period."""
    party, period = update.assignment.party, update.period
    findings = findings_for(party, facts_for([party], period)[party.pk])
    return findings.get(update.assignment.item.code)
