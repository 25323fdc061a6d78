"""Mail is queued, sent at least once under one Message-ID, and forgotten once sent."""

import email
import smtplib
from collections.abc import Callable
from datetime import timedelta
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, send_mail

from common import clock, mail
from common.models import OutgoingMail

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def queueing(settings: Any) -> None:
    """Django's test runner swaps the backend for one of its own."""
    settings.EMAIL_BACKEND = "common.mail.QueuedEmailBackend"


@pytest.fixture(autouse=True)
def empty_folder() -> None:
    for path in folder().iterdir():
        path.unlink()


def folder() -> Path:
    return Path(settings.DATA_DIR, "mail")


def written() -> list[Message]:
    return [email.message_from_bytes(path.read_bytes()) for path in sorted(folder().iterdir())]


def queue(subject: str = "Due in 9 days", to: str = "amina@example.org") -> OutgoingMail:
    send_mail(subject, "12 of 30 answered", None, [to])
    return OutgoingMail.objects.latest("pk")


def test_send_mail_only_queues() -> None:
    row = queue()
    assert (row.subject, row.body, row.recipients, row.sent_at) == (
        "Due in 9 days",
        "12 of 30 answered",
        ["amina@example.org"],
        None,
    )
    assert written() == []


def test_send_mail_rings_once_on_commit(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    rung: list[int] = []

    def ring() -> None:
        rung.append(1)

    monkeypatch.setattr(mail, "_ring", ring)
    with django_capture_on_commit_callbacks(execute=True):
        queue()
        queue()
        assert rung == []
    assert rung == [1]


def test_send_waiting_writes_a_file_and_erases_the_body() -> None:
    row = queue()
    assert [mail.send_waiting(), mail.send_waiting()] == [1, 0]
    sent = written()
    row.refresh_from_db()
    assert [(m["Message-ID"], m["To"], m.get_payload().strip()) for m in sent] == [
        (row.message_id, "amina@example.org", "12 of 30 answered")
    ]
    assert (row.body, row.html_body, row.lease_until, row.attempts) == ("", "", None, 1)
    assert row.sent_at is not None


def test_send_waiting_keeps_the_formatted_part() -> None:
    message = EmailMultiAlternatives("Due", "plain", None, ["amina@example.org"])
    message.attach_alternative("<p>formatted</p>", "text/html")
    message.send()
    mail.send_waiting()
    parts = [part.get_content_type() for part in written()[0].walk()]
    assert parts == ["multipart/alternative", "text/plain", "text/html"]


class Server:
    """Stands for a mail server: takes what it is given, unless `trouble` raises."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.opened = 0

    def open(self) -> None:
        self.opened += 1

    def close(self) -> None:
        self.opened -= 1

    def trouble(self, message: Any) -> None:
        pass

    def send_messages(self, messages: list[Any]) -> int:
        for message in messages:
            self.trouble(message)
            self.taken.append(message.extra_headers["Message-ID"])
        return len(messages)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    one = Server()
    monkeypatch.setattr(mail, "_transport", lambda: one)
    return one


def raises(error: BaseException) -> Callable[..., None]:
    def trouble(*args: object) -> None:
        raise error

    return trouble


def test_send_waiting_crash_between_sending_and_marking(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker dies after the server took the mail: sent again, recognisable as the same."""
    row = queue()
    send = server.send_messages

    def send_and_die(messages: list[Any]) -> int:
        send(messages)
        raise SystemExit

    monkeypatch.setattr(server, "send_messages", send_and_die)
    with pytest.raises(SystemExit):
        mail.send_waiting()
    monkeypatch.setattr(server, "send_messages", send)
    with clock.at(clock.now() + mail.LEASE + timedelta(seconds=1)):
        assert mail.send_waiting() == 1
    assert server.taken == [row.message_id, row.message_id]
    assert server.opened == 0


def test_send_waiting_refused_mail_waits_longer_each_time(server: Server) -> None:
    refusal = smtplib.SMTPRecipientsRefused({"amina@example.org": (550, b"unknown")})
    row = queue()
    server.trouble = raises(refusal)  # type: ignore[method-assign]
    now = clock.now()
    waits = []
    for _attempt in range(3):
        with clock.at(now):
            assert mail.send_waiting() == 0
            assert mail.send_waiting() == 0
        row.refresh_from_db()
        assert row.lease_until is not None
        waits.append((row.lease_until - now).total_seconds())
        now = row.lease_until + timedelta(seconds=1)
    assert waits == [120, 240, 480]
    assert (row.attempts, row.sent_at, row.body) == (3, None, "12 of 30 answered")
    assert "SMTPRecipientsRefused" in row.error


def test_send_waiting_one_refused_mail_does_not_stop_the_others(server: Server) -> None:
    bad, good = queue(to="bad@example.org"), queue()

    def trouble(message: Any) -> None:
        if message.to == ["bad@example.org"]:
            raise smtplib.SMTPDataError(554, b"no")

    server.trouble = trouble  # type: ignore[method-assign]
    assert mail.send_waiting() == 1
    assert server.taken == [good.message_id]
    assert OutgoingMail.objects.get(sent_at=None) == bad


def test_send_waiting_server_away_burns_no_attempt(server: Server) -> None:
    row = queue()
    server.open = raises(ConnectionRefusedError())  # type: ignore[method-assign]
    assert mail.send_waiting() == 0
    row.refresh_from_db()
    assert (row.attempts, row.lease_until) == (0, None)


def test_send_waiting_leaves_what_another_worker_sends(server: Server) -> None:
    row = queue()
    OutgoingMail.objects.update(lease_until=clock.now() + timedelta(seconds=5))
    assert mail.send_waiting() == 0
    assert mail._send(row.pk, server) is False  # type: ignore[arg-type]
    assert server.taken == []


def test_transport_follows_mail_url(settings: Any) -> None:
    settings.MAIL_URL = "smtp+tls://user:secret@mail.example.org:587"
    transport: Any = mail._transport()
    found = (transport.host, transport.port, transport.username, transport.use_tls)
    assert found == ("mail.example.org", 587, "user", True)


def test_message_id_is_of_the_senders_domain() -> None:
    assert queue().message_id.endswith("@127.0.0.1>")


def test_line_breaks_in_a_subject_are_blanks(db: None) -> None:
    send_mail("Half\r\nBcc: x@example.org\n year", "Body", None, ["a@example.org"])
    mail.send_waiting()
    assert written()[0]["Subject"] == "Half Bcc: x@example.org year"
    assert written()[0]["Bcc"] is None
