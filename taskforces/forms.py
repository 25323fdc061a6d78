"""Forms of the task force, its meetings, and the contacts of a party."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Institution, User
from actionplans.forms.records import DayField, RecordForm
from taskforces.models import (
    Consultation,
    Decision,
    Dialogue,
    Meeting,
    Partner,
    Seat,
    TaskForce,
)


class TaskForceForm(RecordForm):
    document_field = "act"

    class Meta:
        model = TaskForce
        fields = ("name", "established_on", "mandate", "act")
        field_classes = {"established_on": DayField}
        help_texts = {
            "established_on": _("The day of the decree, order or cabinet decision."),
            "mandate": _("What the act asks of it, in a few sentences."),
        }
        widgets = {"mandate": forms.Textarea(attrs={"rows": 4})}


class SeatForm(RecordForm):
    """Who sits for which institution, from when, and as what."""

    class Meta:
        model = Seat
        fields = (
            "institution",
            "holder",
            "holder_name",
            "is_chair",
            "held_from",
            "equivalent_sector",
            "equivalent_reason",
        )
        field_classes = {"held_from": DayField}
        help_texts = {
            "holder_name": _("For somebody who has no account here."),
            "equivalent_sector": _(
                "Only where this body sits in place of a ministry of that sector."
            ),
        }
        widgets = {"equivalent_reason": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("institution", Institution.objects.filter(party=self.party))
        members = Q(memberships__party=self.party, memberships__ended_at__isnull=True)
        people = User.objects.filter(members, is_active=True).values("pk")
        held_by = Q(pk__in=people) | Q(pk=self.instance.holder_id)
        self.offer("holder", User.objects.filter(held_by))


class SeatEndForm(RecordForm):
    class Meta:
        model = Seat
        fields = ("held_until", "end_reason")
        field_classes = {"held_until": DayField}
        help_texts = {
            "held_until": _("From this day on the seat counts no more."),
            "end_reason": _("For example: a new holder, or a change of ministry."),
        }
        widgets = {"end_reason": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["held_until"].required = True
        self.fields["end_reason"].required = True


class MeetingForm(RecordForm):
    document_field = "minutes"

    class Meta:
        model = Meeting
        fields = ("date", "subject", "seats_present", "minutes")
        field_classes = {"date": DayField}
        widgets = {"seats_present": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seats = self.instance.task_force.seats.select_related("institution", "holder")
        self.offer("seats_present", seats)


class DecisionForm(RecordForm):
    class Meta:
        model = Decision
        fields = ("text", "due", "done_on")
        field_classes = {"due": DayField, "done_on": DayField}
        help_texts = {"done_on": _("Leave empty until it is done.")}
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}


class PartnerForm(RecordForm):
    class Meta:
        model = Partner
        fields = ("name", "kind")


class ConsultationForm(RecordForm):
    document_field = "notes"

    class Meta:
        model = Consultation
        fields = ("date", "subject", "partners", "womens_groups", "outcome", "notes")
        field_classes = {"date": DayField}
        help_texts = {
            "womens_groups": _("How many women's groups took part, named above or not."),
            "outcome": _("What they said, and what becomes of it."),
        }
        widgets = {
            "partners": forms.CheckboxSelectMultiple,
            "outcome": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        partners = Partner.objects.filter(party=self.party)
        standing = Q(withdrawn_at__isnull=True)
        if self.instance.pk:
            standing |= Q(pk__in=self.instance.partners.values("pk"))
        self.offer("partners", partners.filter(standing))


class DialogueForm(RecordForm):
    document_field = "notes"

    class Meta:
        model = Dialogue
        fields = ("date", "subject", "institutions", "outcome", "notes")
        field_classes = {"date": DayField}
        help_texts = {"institutions": _("All that took part; their sectors are shown with it.")}
        widgets = {
            "institutions": forms.CheckboxSelectMultiple,
            "outcome": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("institutions", Institution.objects.filter(party=self.party))
