from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.enums import RoleCode
from accounts.models import User
from recruitment.imports.deployments import import_deployments
from recruitment.models import Release
from tests.factories import accounts as people
from tests.factories import recruitment as factory
from tests.factories.recruitment import troops, un_file, un_row

pytestmark = pytest.mark.usefixtures("reference")
NOV, DEC = date(2013, 11, 1), date(2013, 12, 1)
PARTY_PAGES = (
    "/p/NGA/deployments/",
    "/p/NGA/deployments/?format=csv",
    "/p/NGA/deployments/2013-12/",
)


def cast() -> dict[str, User | None]:
    """Who asks for Nigeria's figures."""
    nigeria, ghana = people.contributor("NGA"), people.contributor("GHA")
    return {
        "anonymous": None,
        "coordinator": people.member(nigeria, RoleCode.COORDINATOR),
        "observer": people.member(nigeria, RoleCode.OBSERVER),
        "other party": people.member(ghana, RoleCode.COORDINATOR),
        "reviewer with mandate": people.reviewer(nigeria),
        "reviewer with another mandate": people.reviewer(ghana),
        "reviewer without mandate": people.member(people.dpko(), RoleCode.REVIEWER),
        "portal administrator": people.member(None, RoleCode.PORTAL_ADMINISTRATOR),
    }


def answers(signed_in: Callable[..., Client], url: str) -> dict[str, int]:
    return {
        name: (signed_in(user) if user else Client()).get(url).status_code
        for name, user in cast().items()
    }


@pytest.fixture
def coordinator(signed_in: Callable[..., Client]) -> Client:
    return signed_in(people.member(people.contributor("NGA"), RoleCode.COORDINATOR))


@pytest.mark.parametrize("url", PARTY_PAGES)
def test_party_page_is_for_members_and_mandates(signed_in: Callable, url: str) -> None:
    factory.release(troops(DEC, 3, 40))
    assert answers(signed_in, url) == {
        "anonymous": 302,
        "coordinator": 200,
        "observer": 200,
        "other party": 404,
        "reviewer with mandate": 200,
        "reviewer with another mandate": 404,
        "reviewer without mandate": 404,
        "portal administrator": 404,
    }


@pytest.mark.parametrize("url", ["/monitoring/releases/", "/monitoring/releases/{}/"])
def test_releases_are_for_everybody_signed_in(signed_in: Callable, url: str) -> None:
    release = factory.release(troops(DEC, 3, 40))
    found = answers(signed_in, url.format(release.pk))
    assert found.pop("anonymous") == 302
    assert set(found.values()) == {200}


@pytest.mark.parametrize(
    "url",
    [
        "/p/XXX/deployments/",
        "/p/DPKO/deployments/",
        "/p/NGA/deployments/2013-13/",
        "/p/NGA/deployments/2013-1/",
        "/p/NGA/deployments/0000-01/",
        "/monitoring/releases/99999999999999999999/",
    ],
)
def test_what_is_not_there_is_404(signed_in: Callable, url: str) -> None:
    user = people.member(people.contributor("NGA"), RoleCode.COORDINATOR)
    people.member(people.dpko(), RoleCode.COORDINATOR, person=user)
    assert signed_in(user).get(url).status_code == 404


@pytest.mark.parametrize("url", [*PARTY_PAGES, "/monitoring/releases/"])
def test_pages_only_read(coordinator: Client, url: str) -> None:
    factory.release(troops(DEC, 3, 40))
    with CaptureQueriesContext(connection) as queries:
        coordinator.get(url)
    writes = [
        query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))
    ]
    assert writes == []


def test_deployments_show_finding_lines_and_numbers(coordinator: Client) -> None:
    factory.release(troops(NOV, 3, 40) | troops(DEC, 7, 93))
    page = coordinator.get("/p/NGA/deployments/").content.decode()
    assert "of deployed personnel were women in December 2013" in page
    assert "10 % commitment" in page
    assert "7 of 100" in page
    assert "3 of 43" in page
    assert 'href="/p/NGA/deployments/2013-11/"' in page


def test_deployments_keep_filters_for_the_files(coordinator: Client) -> None:
    factory.release(troops(DEC, 7, 93))
    page = coordinator.get("/p/NGA/deployments/?type=troops&start=2013&page=2").content.decode()
    for kind in ("csv", "xlsx"):
        assert f'href="?type=troops&amp;start=2013&amp;format={kind}"' in page


def test_deployments_without_figures_say_what_to_do(coordinator: Client) -> None:
    page = coordinator.get("/p/NGA/deployments/").content.decode()
    assert "Nigeria: no deployment figures yet" in page
    assert "/monitoring/releases/" in page


def test_csv_is_a_file_for_spreadsheets(coordinator: Client) -> None:
    factory.release(troops(DEC, 7, 93))
    response = coordinator.get("/p/NGA/deployments/?type=troops&format=csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="NGA-deployed-personnel.csv"' in response["Content-Disposition"]
    lines = response.content.decode("utf-8-sig").splitlines()
    assert lines == [
        "Country,Month,Personnel type,Women,Men,All,Women in per cent,Remark",
        "NGA,2013-12,Troops,7,93,100,7.0,",
    ]
    assert response.content.startswith(b"\xef\xbb\xbf")


def test_two_clicks_lead_from_a_figure_to_release_and_line(coordinator: Client, tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = un_file(tmp_path, un_row(1, 9, mission="UNAMID"), un_row(7, 93))
    import_deployments(path, by=None)
    release = Release.objects.get()
    page = coordinator.get("/p/NGA/deployments/").content.decode()
    assert 'href="/p/NGA/deployments/2013-12/"' in page
    month = coordinator.get("/p/NGA/deployments/2013-12/").content.decode()
    assert f'href="/monitoring/releases/{release.pk}/">{path.name}</a>' in month
    assert "Female_Personnel" in month
    assert [
        row.line for row in coordinator.get("/p/NGA/deployments/2013-12/").context["figures"]
    ] == [2, 3]
    assert release.sha256 in coordinator.get(release.get_absolute_url()).content.decode()


def test_month_shows_what_was_replaced_and_what_is_missing(coordinator: Client) -> None:
    factory.release(troops(DEC, 3, 40) | troops(DEC, 1, 9, mission="UNAMID"), label="first.csv")
    factory.release(troops(DEC, 4, 40), label="second.csv")
    page = coordinator.get("/p/NGA/deployments/2013-12/").content.decode()
    assert "before: 3 women, 40 men (first.csv, line 2)" in page
    assert "not in the latest release, second.csv" in page


def test_month_without_release_is_said_to_be_a_gap(coordinator: Client) -> None:
    factory.release(troops(NOV, 3, 40))
    assert (
        "no release covers December 2013"
        in coordinator.get("/p/NGA/deployments/2013-12/").content.decode()
    )
    factory.release({}, months={DEC}, only=("NGA",))
    assert (
        "Nigeria, December 2013: nobody deployed"
        in coordinator.get("/p/NGA/deployments/2013-12/").content.decode()
    )


def test_release_lists_changes_absences_and_rows_left_out(coordinator: Client, tmp_path) -> None:  # type: ignore[no-untyped-def]
    factory.release(troops(DEC, 3, 40) | troops(DEC, 1, 9, mission="UNAMID"), label="first.csv")
    path = un_file(tmp_path, un_row(4, 40), un_row(mission="UNXYZ"))
    import_deployments(path, by=None, skip_rejected=True)
    factory.release(troops(DEC, 6, 40))
    url = Release.objects.get(label=path.name).get_absolute_url()
    (change,) = coordinator.get(url).context["page"]
    assert (change.women, change.new_women, change.new_men) == (3, 4, 40)
    (absence,) = coordinator.get(f"{url}?show=absent").context["page"]
    assert absence.deployment.mission.code == "UNAMID"
    page = coordinator.get(f"{url}?show=left_out").content.decode()
    assert "UNXYZ" in page
    assert "No mission has this code" in page


def test_national_releases_are_for_the_own_party(signed_in: Callable) -> None:
    from recruitment.enums import SourceKind
    from recruitment.models import Source

    nigeria, ghana = people.contributor("NGA"), people.contributor("GHA")
    source = Source.objects.create(
        code="NGA", kind=SourceKind.NATIONAL, publisher="Nigeria", party=nigeria
    )
    release = factory.release(troops(DEC, 3, 40))
    Release.objects.update(source=source)
    own = signed_in(people.member(nigeria, RoleCode.OBSERVER))
    other = signed_in(people.member(ghana, RoleCode.OBSERVER))
    assert own.get(release.get_absolute_url()).status_code == 200
    assert other.get(release.get_absolute_url()).status_code == 404
    assert list(other.get("/monitoring/releases/").context["page"]) == []


@pytest.mark.parametrize(
    ("url", "own_queries"),
    [
        ("/p/NGA/deployments/", 7),
        ("/p/NGA/deployments/?format=csv", 7),
        ("/p/NGA/deployments/2013-12/", 5),
        ("/monitoring/releases/", 2),
        ("/monitoring/releases/{}/", 3),
        ("/monitoring/releases/{}/?show=absent", 3),
    ],
)
def test_query_counts_are_the_same_for_one_and_three(
    coordinator: Client, url: str, own_queries: int
) -> None:
    missions = ("UNMIL", "UNAMID", "UNIFIL")

    def ask(number: int) -> tuple[int, int]:
        base = {
            k: v for code in missions[:number] for k, v in troops(DEC, 1, 9, mission=code).items()
        }
        gone = {
            k: v for code in missions[:number] for k, v in troops(NOV, 1, 9, mission=code).items()
        }
        factory.release(base | gone)
        changed = dict.fromkeys(base, (2, 9))
        release = factory.release(changed, months={NOV, DEC})
        with CaptureQueriesContext(connection) as queries:
            assert coordinator.get(url.format(release.pk)).status_code == 200
        return len(queries), sum('FROM "recruitment_' in query["sql"] for query in queries)

    ask(1)  # what is cached once a process is not counted
    one, three = ask(1), ask(3)
    assert one == three
    assert one[1] == own_queries
