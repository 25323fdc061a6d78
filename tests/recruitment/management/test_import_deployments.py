import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from recruitment.models import Deployment, Release
from tests.factories.recruitment import un_file, un_row, write

pytestmark = pytest.mark.usefixtures("reference")


def run(path: Path, *options: str) -> tuple[int, str]:
    """Exit status and what stands on standard output."""
    out = StringIO()
    try:
        call_command("import_deployments", str(path), *options, stdout=out)
    except SystemExit as leaving:
        return int(leaving.code or 0), out.getvalue()
    except CommandError as error:
        return error.returncode, out.getvalue()
    return 0, out.getvalue()


def test_accepted_file_as_json_alone(tmp_path: Path) -> None:
    status, out = run(un_file(tmp_path, un_row()), "--json", "--published", "2014-01-20")
    result = json.loads(out)
    assert (status, result["stored"], result["accepted"]) == (0, 1, True)
    assert str(Release.objects.get().published) == "2014-01-20"


def test_refused_file_gives_the_same_object(tmp_path: Path) -> None:
    path = un_file(tmp_path, un_row(), un_row("x"))
    status, out = run(path, "--json")
    refused = json.loads(out)
    assert (status, refused["accepted"], len(refused["rejected"])) == (1, False, 1)
    status, out = run(path, "--json", "--skip-rejected")
    assert (status, json.loads(out).keys()) == (0, refused.keys())


def test_accepted_again_when_nothing_changes(tmp_path: Path) -> None:
    path = un_file(tmp_path, un_row())
    assert [run(path)[0], run(path)[0]] == [0, 0]
    assert "imported before" in run(path)[1]


def test_unreadable_file_prints_nothing_on_stdout(tmp_path: Path) -> None:
    unknown = write(tmp_path, "a,b", "1,2")
    assert run(unknown, "--json") == (2, "")
    assert run(tmp_path / "absent.csv") == (2, "")


def test_trial_run_says_that_nothing_was_stored(tmp_path: Path) -> None:
    status, out = run(un_file(tmp_path, un_row()), "--dry-run")
    assert status == 0
    assert "nothing was stored" in out
    assert not Deployment.objects.exists()


def test_words_name_line_column_and_value(tmp_path: Path) -> None:
    status, out = run(un_file(tmp_path, un_row("x", "y"), un_row(), un_row(4, name="other")))
    assert status == 1
    assert "line 2, Female_Personnel: 'x'. Wanted: a whole number" in out
    assert "also Male_Personnel: 'y'" in out
    assert "line 4, Female_Personnel: '4'. Line 3 gives 3 women" in out
    assert "Refused: nothing was stored." in out


def test_publication_day_must_be_a_date(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="not a date"):
        call_command("import_deployments", str(tmp_path), "--published", "20/01/2014")
