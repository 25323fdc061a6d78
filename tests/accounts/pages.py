"""Small readers of answers, for tests of pages."""

import csv

from django.test import Client
from django.urls import reverse

from tests.codes import code


def url(name, *args):
    return reverse(f"accounts:{name}", args=args)


def rows_of(response):
    return list(csv.reader(response.content.decode("utf-8-sig").splitlines()))


def people_shown(response):
    return [person.name for person in response.context["page_obj"]]


def messages_of(response):
    return [str(message) for message in response.context["messages"]]


def give_password(user):
    """A browser after the first step of sign-in."""
    browser = Client()
    browser.post(reverse("account_login"), {"login": user.email, "password": "a long password"})
    return browser


def give_code(client):
    """The second step of sign-in, by the app that factories set up: three codes are good now."""
    for steps in (0, -1, 1):
        response = client.post(reverse("mfa_authenticate"), {"code": code(steps)})
        if response.status_code == 302:
            break
    return response
