"""Every template is used, parses, and holds nothing that the content policy would block."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.test import Client

ROOT = Path(settings.BASE_DIR)
FOLDER = ROOT / "templates"
NAMES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.is_file())
PAGES = [name for name in NAMES if name.endswith((".html", ".svg")) and "emails/" not in name]
APPS = ("common", "accounts", "actionplans", "taskforces", "recruitment", "training", "monitoring")
# Django and these packages ask for their templates by name; ours stand in their place.
ASKED_FOR_ELSEWHERE = ("allauth", "crispy_bootstrap5", "axes")
BY_STATUS = ("400.html", "403.html", "403_csrf.html", "404.html", "429.html", "500.html")
# Pages with nothing above them: the start, the door, invitations and errors.
WITHOUT_BREADCRUMBS = {
    "400.html",
    "403.html",
    "403_csrf.html",
    "404.html",
    "409.html",
    "413.html",
    "429.html",
    "account/account_inactive.html",
    "account/login.html",
    "account/logout.html",
    "account/password_reset.html",
    "account/password_reset_done.html",
    "account/password_reset_from_key.html",
    "account/password_reset_from_key_done.html",
    "account/reauthenticate.html",
    "account/signup_closed.html",
    "account/single_sign_on_refused.html",
    "accounts/invitation_accept.html",
    "accounts/invitation_closed.html",
    "mfa/authenticate.html",
    "mfa/reauthenticate.html",
    "mfa/set_up.html",
    "mfa/webauthn/reauthenticate.html",
    "monitoring/start.html",
    "socialaccount/authentication_error.html",
    "socialaccount/login_cancelled.html",
}
INLINE = {
    "style attribute": re.compile(r"<[^>]*\sstyle\s*="),
    "style element": re.compile(r"<style\b"),
    "event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']"),
    "inline script": re.compile(r"<script(?![^>]*\ssrc=)"),
    "javascript address": re.compile(r"javascript:"),
    "other host": re.compile(r"(src|href|action)=[\"'](https?:)?//"),
}


@cache
def asked_in_python() -> list[re.Pattern[str]]:
    """A pattern for each text in our code that could name a template; parts filled in match all."""
    found = set()
    for app in (*APPS, "config"):
        for path in (ROOT / app).rglob("*.py"):
            found |= set(_texts(ast.parse(path.read_text(encoding="utf-8"))))
    return [re.compile(text) for text in found]


def _texts(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if re.search(r"\.(html|txt|svg)$", node.value):
                yield re.escape(node.value) + "$"
        elif isinstance(node, ast.JoinedStr):
            parts = [
                re.escape(p.value) if isinstance(p, ast.Constant) else ".+" for p in node.values
            ]
            if re.search(r"\.(html|txt|svg)$", "".join(parts).replace("\\", "")):
                yield "".join(parts) + "$"


def _pattern(part: ast.expr) -> str:
    return re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+"


@cache
def asked_in_templates() -> set[str]:
    asked = r"{%-?\s*(?:include|extends)\s+[\"']([^\"']+)[\"']"
    texts = ((FOLDER / name).read_text(encoding="utf-8") for name in NAMES)
    return {found for text in texts for found in re.findall(asked, text)}


def asked_by_packages(name: str) -> bool:
    for package in ASKED_FOR_ELSEWHERE:
        spec = find_spec(package)
        assert spec is not None
        assert spec.origin is not None
        if (Path(spec.origin).parent / "templates" / name).exists():
            return True
    return False


@pytest.mark.parametrize("name", NAMES)
def test_template_is_used(name: str) -> None:
    assert (
        name in BY_STATUS
        or name in asked_in_templates()
        or asked_by_packages(name)
        or any(pattern.match(name) for pattern in asked_in_python())
    ), f"nothing asks for {name}"


@pytest.mark.parametrize("name", NAMES)
def test_template_parses(name: str) -> None:
    assert get_template(name).template.name == name


@pytest.mark.parametrize("name", PAGES)
def test_template_has_nothing_inline(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert [what for what, pattern in INLINE.items() if pattern.search(text)] == []


@pytest.mark.parametrize("name", NAMES)
def test_comment_of_a_template_ends_on_its_line(name: str) -> None:
    """Django shows one that goes on to the next line to the reader."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert re.findall(r"{#(?:(?!#}).)*$", text, re.M) == []


@pytest.mark.parametrize("name", PAGES)
def test_things_of_a_line_stand_apart_by_the_sign_of_the_readers_script(name: str) -> None:
    """`{% between %}` writes the comma, but in the browser's own title and inside a message."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    for message in ("{% block title %}.*", "{% blocktranslate .*?{% endblocktranslate %}"):
        text = re.sub(message, "", text)
    assert re.findall(r"(?:}}|%}|</(?:a|bdi)>), (?:{[{%]|<).*", text) == []


def test_every_page_below_the_start_page_says_where_it_stands() -> None:
    texts = {name: (FOLDER / name).read_text(encoding="utf-8") for name in PAGES}
    frames = {name for name, text in texts.items() if '{% extends "base.html" %}' in text}
    written = r"{% (?:breadcrumbs |include \"\w+/_\w*crumbs)"
    filled = re.compile(r"{% block breadcrumbs %}(?:(?!{% endblock).)*" + written, re.S)
    assert {name for name in frames if not filled.search(texts[name])} == WITHOUT_BREADCRUMBS


def test_static_files_ask_no_other_host() -> None:
    files = [p for p in (ROOT / "static").rglob("*") if p.suffix in (".css", ".js", ".svg")]
    other = re.compile(r"(url\(|@import|fetch\(|src=)\s*[\"']?(https?:)?//")
    assert len(files) >= 2
    assert [p.name for p in files if other.search(p.read_text(encoding="utf-8"))] == []


@pytest.mark.django_db
def test_page_is_sent_with_the_strict_policy() -> None:
    response = Client().get("/accounts/login/")
    policy = dict(
        part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";")
    )
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "worker-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    page = response.content.decode()
    assert [what for what, pattern in INLINE.items() if pattern.search(page)] == []
