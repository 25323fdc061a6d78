"""Who answers what."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.enums import Sector
from accounts.models import Institution, Party, User
from actionplans.enums import Actor
from actionplans.models import Assignment, CatalogueItem
from common.forms import WaypostForm


class PersonChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A person of a party, named with the institutions they belong to."""

    institutions: dict[int, str] = {}

    def label_from_instance(self, obj: User) -> str:
        where = self.institutions.get(obj.pk)
        return f"{obj.name}, {where}" if where else obj.name


class AssignmentForm(WaypostForm, forms.Form):
    """Who leads an item, who supports, and whom to ask."""

    lead = forms.ModelChoiceField(
        label=_("Lead institution"), queryset=Institution.objects.none(), empty_label=_("Choose")
    )
    supporting = forms.ModelMultipleChoiceField(
        label=_("Supporting institutions"),
        queryset=Institution.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    focal_point = PersonChoiceField(
        label=_("Focal point"),
        help_text=_("Whom to ask about this item."),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Nobody named"),
    )
    alternate = PersonChoiceField(
        label=_("Alternate"),
        help_text=_("Whom to ask when the focal point is away."),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Nobody named"),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        party: Party,
        item: CatalogueItem,
        assignment: Assignment | None,
        people: dict[int, str],
        **kwargs: Any,
    ) -> None:
        """`people`: user id -> the institutions they belong to in the party, in words.

        Whoever is named already is offered too, also without a role in the party now.
        """
        present = kwargs["initial"] = self._present(assignment)
        super().__init__(*args, **kwargs)
        self._offer("supporting", Institution.objects.filter(party=party))
        self._offer("lead", leads_for(item, party))
        if item.actor == Actor.WOMENS_MACHINERY:
            self.fields["lead"].help_text = str(
                _("Addressed to national women's machineries: an institution of that sector leads.")
            )
        for name in ("focal_point", "alternate"):
            offered = User.objects.filter(pk__in={*people, present.get(name) or 0})
            self._offer(name, offered)
            self.fields[name].institutions = people  # type: ignore[attr-defined]

    def _offer(self, name: str, queryset: QuerySet[Any]) -> None:
        self.fields[name].queryset = queryset  # type: ignore[attr-defined]

    @staticmethod
    def _present(assignment: Assignment | None) -> dict[str, Any]:
        if assignment is None:
            return {"version": 0}
        return {
            "lead": assignment.lead_id,
            "supporting": [institution.pk for institution in assignment.supporting.all()],
            "focal_point": assignment.focal_point_id,
            "alternate": assignment.alternate_id,
            "version": assignment.version,
        }


def leads_for(item: CatalogueItem, party: Party) -> QuerySet[Institution]:
    """The institutions that may lead the item."""
    institutions = Institution.objects.filter(party=party)
    if item.actor == Actor.WOMENS_MACHINERY:
        return institutions.filter(sector=Sector.GENDER)
    return institutions


class AssignSeveralForm(WaypostForm, forms.Form):
    """Give several unassigned items to one institution at once."""

    items = forms.ModelMultipleChoiceField(
        label=_("Items"),
        queryset=CatalogueItem.objects.none(),
        error_messages={"required": _("Tick at least one item.")},
    )
    lead = forms.ModelChoiceField(
        label=_("Lead institution for the ticked items"),
        queryset=Institution.objects.none(),
        empty_label=_("Choose"),
    )

    def __init__(self, *args: Any, party: Party, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        items = CatalogueItem.objects.applying_to(party).prefetch_related("texts")
        self.fields["items"].queryset = items  # type: ignore[attr-defined]
        institutions = Institution.objects.filter(party=party)
        self.fields["lead"].queryset = institutions  # type: ignore[attr-defined]
