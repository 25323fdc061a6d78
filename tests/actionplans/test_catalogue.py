"""The catalogue as loaded from its file, and its pages."""

import pytest
import yaml
from django.core.management.base import CommandError
from django.db.models import Count
from django.test import Client
from django.urls import reverse

from actionplans.enums import Actor
from actionplans.models import (
    ActionPoint,
    CatalogueItem,
    CatalogueText,
    Recommendation,
    Theme,
)
from actionplans.services import reference
from tests.factories import accounts as people
from tests.factories import actionplans as make
from tests.factories.cast import cast

pytestmark = pytest.mark.django_db


def text_of(response):
    return " ".join(response.content.decode().split())


def test_file_holds_the_whole_outcome_of_the_workshop():
    assert reference.load() == 46
    assert Theme.objects.count() == 5
    assert (Recommendation.objects.count(), ActionPoint.objects.count()) == (42, 4)
    by_actor = Recommendation.objects.values_list("actor").annotate(Count("pk")).order_by()
    assert dict(by_actor) == {
        Actor.ALL: 3,
        Actor.TCC_PCC: 25,
        Actor.WOMENS_MACHINERY: 2,
        Actor.DPKO: 12,
    }


def test_what_applies_follows_from_the_party():
    reference.load()
    counts = [
        CatalogueItem.objects.applying_to(party).count()
        for party in (people.contributor(), people.dpko(), people.partner())
    ]
    assert counts == [34, 15, 0]


def test_loading_twice_changes_nothing():
    reference.load()
    before = list(CatalogueText.objects.order_by("pk").values())
    reference.load()
    assert list(CatalogueText.objects.order_by("pk").values()) == before
    assert CatalogueItem.objects.count() == 46


def test_codes_named_as_see_also_exist():
    reference.load()
    named = {code for item in CatalogueItem.objects.all() for code in item.see}
    assert named
    assert named <= set(CatalogueItem.objects.values_list("code", flat=True))


@pytest.mark.parametrize("place", ["file", "item", "text"])
def test_unknown_key_is_refused_and_nothing_is_stored(tmp_path, place):
    data = yaml.safe_load(reference.CATALOGUE.read_text(encoding="utf-8"))
    target = {"file": data, "item": data["items"][3], "text": data["items"][3]["texts"]["en"]}
    target[place]["colour"] = "red"
    path = tmp_path / "catalogue.yaml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    with pytest.raises(CommandError, match="unknown key colour"):
        reference.load(path)
    assert CatalogueItem.objects.count() == 0


def test_next_version_keeps_the_old_items_no_longer_current(tmp_path):
    reference.load()
    data = yaml.safe_load(reference.CATALOGUE.read_text(encoding="utf-8"))
    data["version"] = 2
    path = tmp_path / "catalogue.yaml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    reference.load(path)
    assert CatalogueItem.objects.count() == 92
    assert set(CatalogueItem.objects.current().values_list("version", flat=True)) == {2}


@pytest.fixture
def reader(signed_in):
    return signed_in(people.user())


def test_all_items_the_four_points_first(reader):
    reference.load()
    response = reader.get(reverse("actionplans:catalogue"))
    assert "46 items: 4 action points and 42 recommendations" in text_of(response)
    groups = response.context["groups"]
    assert len(groups[0].items) == 4
    assert len(groups) == 6
    assert sum(len(group.items) for group in groups) == 46


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ({"theme": "3"}, lambda item: item.theme_id == 3),
        ({"actor": "dpko"}, lambda item: item.actor == "dpko"),
        ({"kind": "act"}, lambda item: item.kind == "act"),
        ({"theme": "4", "actor": "tcc_pcc"}, lambda i: (i.theme_id, i.actor) == (4, "tcc_pcc")),
    ],
)
def test_filters_show_what_fits(reader, query, fits):
    reference.load()
    groups = reader.get(reverse("actionplans:catalogue"), query).context["groups"]
    shown = {item.code for group in groups for item in group.items}
    assert shown == {item.code for item in CatalogueItem.objects.current() if fits(item)}
    assert shown


def test_search_finds_every_word_in_any_text(reader):
    make.item("2.1")
    other = make.item("2.2")
    other.texts.update(title="Barracks for women", asked="Build separate quarters")
    response = reader.get(reverse("actionplans:catalogue"), {"q": "QUARTERS women"})
    assert [item.code for group in response.context["groups"] for item in group.items] == ["2.2"]
    assert "1 of 2 items fits" in text_of(response)


def test_search_without_a_hit_says_what_to_do(reader):
    make.item("2.1")
    response = reader.get(reverse("actionplans:catalogue"), {"q": "zeppelin"})
    assert "No item fits" in text_of(response)


def test_filter_that_no_form_sends_is_left_out(reader):
    make.item("2.1")
    query = {"theme": "x", "actor": "nobody", "kind": "0"}
    response = reader.get(reverse("actionplans:catalogue"), query)
    assert (response.status_code, response.context["found"]) == (200, 1)


def test_item_page_says_what_is_asked_and_where_else_to_look(reader):
    reference.load()
    item = next(item for item in CatalogueItem.objects.current() if item.see)
    page = text_of(reader.get(item.get_absolute_url()))
    assert item.paragraph in page
    for code in item.see:
        assert reverse("actionplans:item", args=[code]) in page


def test_item_page_names_the_lead_and_links_to_the_own_answer(signed_in):
    desk = make.desk()
    item = desk.update.assignment.item
    link = desk.update.get_absolute_url()
    page = text_of(signed_in(desk.contributor).get(item.get_absolute_url()))
    assert "Ministry of Defence" in page
    assert link in page
    other = people.member(desk.party, "contributor", desk.other)
    assert link not in text_of(signed_in(other).get(item.get_absolute_url()))
    outsider = people.member(people.contributor("ZAF"), "coordinator")
    assert "Ministry of Defence" not in text_of(signed_in(outsider).get(item.get_absolute_url()))


def test_item_of_an_earlier_version_or_unknown_is_absent(reader):
    old = make.item("2.1")
    CatalogueItem.objects.filter(pk=old.pk).update(is_current=False)
    assert reader.get(old.get_absolute_url()).status_code == 404
    assert reader.get(reverse("actionplans:item", args=["9.9"])).status_code == 404


def test_everybody_signed_in_reads_the_catalogue(signed_in):
    party = people.contributor()
    item = make.item("2.1")
    for who, person in cast(party).items():
        client = Client() if who == "anonymous" else signed_in(person)
        expected = 302 if who == "anonymous" else 200
        for page in (reverse("actionplans:catalogue"), item.get_absolute_url()):
            assert client.get(page).status_code == expected, who


def test_queries_do_not_grow_with_the_items(reader, count_queries):
    counts = []
    for codes in (("2.1",), ("2.2", "3.1")):
        for code in codes:
            make.item(code)
        counts.append(count_queries(lambda: reader.get(reverse("actionplans:catalogue"))))
    assert len(set(counts)) == 1, counts
