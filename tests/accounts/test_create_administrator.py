from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from accounts.models import User
from tests.accounts.pages import give_code
from tests.factories import accounts as make

pytestmark = pytest.mark.django_db
WORDS = "four unrelated words here"


def create(email="root@example.org"):
    out = StringIO()
    call_command("create_administrator", email, stdout=out)
    return out.getvalue().strip()


def test_it_prints_a_link_by_which_the_first_administrator_comes_in(client):
    path = create().removeprefix(settings.ORIGIN)
    assert path.startswith("/invitations/")
    page = client.get(path)
    assert b"Portal administrator" in page.content
    assert page.context["form"].initial == {"name": ""}
    fields = {"name": "Root", "password": WORDS, "password_again": WORDS}
    assert client.post(path, fields).status_code == 302
    assert client.get("/").headers["Location"].startswith("/accounts/security/set-up/")
    make.code_app(User.objects.get(email="root@example.org"))
    give_code(client)
    assert client.get("/monitoring/parties/").status_code == 200


def test_again_it_gives_a_new_link_and_the_earlier_one_is_useless(client):
    earlier, later = create(), create()
    assert earlier != later
    assert client.get(earlier.removeprefix(settings.ORIGIN)).status_code == 404
    assert client.get(later.removeprefix(settings.ORIGIN)).status_code == 200


def test_what_is_no_address_is_refused():
    with pytest.raises(CommandError, match="valid email"):
        create("root")


def test_who_is_an_administrator_gets_none(client):
    path = create().removeprefix(settings.ORIGIN)
    client.post(path, {"name": "Root", "password": WORDS, "password_again": WORDS})
    with pytest.raises(CommandError, match="already"):
        create()
