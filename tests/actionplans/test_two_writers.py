"""Two contributors send one form at the same moment: one is saved, the other keeps the text."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import RoleCode
from actionplans.models import ProgressUpdate
from tests.factories import accounts as people
from tests.factories import actionplans as make
from tests.races import race

pytestmark = pytest.mark.usefixtures("flushable")


def _client(person):
    browser = Client()
    browser.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return browser


def test_no_text_is_lost(rounds):
    desk = make.desk()
    writers = [desk.contributor, people.member(desk.party, RoleCode.CONTRIBUTOR, desk.lead)]
    browsers = [_client(person) for person in writers]
    for number in range(rounds):
        update = ProgressUpdate.objects.create(
            assignment=make.assignment(desk.party, desk.lead, make.item(f"3.1.{number}")),
            period=desk.period,
        )
        url = reverse("actionplans:update-edit", args=[desk.party.code, update.pk])
        texts = [f"Text {who} of round {number}" for who in ("one", "two")]
        answers = race(
            *(
                lambda b=browser, t=text, u=url: b.post(u, {"narrative": t, "version": 0})
                for browser, text in zip(browsers, texts, strict=True)
            )
        )
        assert sorted(answer.status_code for answer in answers) == [302, 409]
        update.refresh_from_db()
        lost = next(t for a, t in zip(answers, texts, strict=True) if a.status_code == 409)
        page = next(a for a in answers if a.status_code == 409).content.decode()
        assert update.narrative in page
        assert lost in page
        assert update.narrative != lost
