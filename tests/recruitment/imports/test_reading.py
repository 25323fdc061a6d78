import codecs
import hashlib
from pathlib import Path

import pytest

from recruitment.imports import reading
from recruitment.imports.reading import Unreadable, inspect, opened
from tests.factories.recruitment import write


def rows(path: Path) -> list[tuple[int, list[str]]]:
    with opened(path, inspect(path).encoding) as found:
        return list(found)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_rows_in_every_encoding_and_line_end(tmp_path: Path, encoding: str, end: str) -> None:
    path = write(tmp_path, "a,b", "Côte d’Ivoire,2", encoding=encoding, end=end)
    assert rows(path) == [(1, ["a", "b"]), (2, ["Côte d’Ivoire", "2"])]


def test_rows_number_lines_as_an_editor_does(tmp_path: Path) -> None:
    path = write(tmp_path, "a,b", "", '"two', 'lines",2', " , ", "3,4", "")
    assert rows(path) == [(1, ["a", "b"]), (3, ["two\nlines", "2"]), (6, ["3", "4"])]


def test_inspect_gives_sha256_of_the_bytes(tmp_path: Path) -> None:
    path = write(tmp_path, "a", encoding="utf-8-sig")
    digest = hashlib.sha256(codecs.BOM_UTF8 + b"a\n").hexdigest()
    assert inspect(path)[:2] == (digest, "utf-8-sig")


def test_inspect_follows_a_character_across_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "CHUNK", 3)
    assert inspect(write(tmp_path, "aaé")).encoding == "utf-8-sig"
    cut = tmp_path / "cut.csv"
    cut.write_bytes("aaé".encode()[:-1])
    assert inspect(cut).encoding == "cp1252"


def test_inspect_refuses_what_is_no_text(tmp_path: Path) -> None:
    binary = tmp_path / "a.xlsx"
    binary.write_bytes(b"PK\x03\x04\x00\x00")
    for path, words in (
        (binary, "not a text file"),
        (write(tmp_path, "a", encoding="utf-16"), "not a text file"),
        (tmp_path / "absent.csv", "No such file"),
        (tmp_path, "Is a directory"),
    ):
        with pytest.raises(Unreadable, match=words):
            inspect(path)


def test_rows_refuse_bytes_of_no_known_encoding(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n1,\x81\xff\n")
    with pytest.raises(Unreadable, match="neither UTF-8 nor Windows-1252"):
        rows(path)


def test_rows_refuse_an_endless_cell(tmp_path: Path) -> None:
    path = write(tmp_path, "a,b", '1,"' + "x" * 140_000)
    with pytest.raises(Unreadable, match="Line 2 cannot be split"):
        rows(path)
