"""Mail is queued as rows in the request's transaction and sent by the worker.

At least once, never lost; the Message-ID is fixed when the row is made, so a reader's mail
program can tell a second copy. A sent mail keeps who and when, not what it said.
"""

import traceback
from collections.abc import Sequence
from datetime import timedelta
from email.utils import make_msgid
from pathlib import Path

import structlog
from celery import current_app
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.db.models import F, Q
from environ import Env
from kombu.exceptions import OperationalError

from common import clock
from common.models import OutgoingMail

log = structlog.get_logger(__name__)
LEASE = timedelta(minutes=2)
LONGEST_WAIT = 9  # doublings of the lease after failures: 17 hours


class QueuedEmailBackend(BaseEmailBackend):
    """Django's e-mail backend that writes OutgoingMail rows instead of sending."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
        rows = OutgoingMail.objects.bulk_create(
            OutgoingMail(
                message_id=make_msgid(domain=domain),
                sender=message.from_email,
                recipients=message.recipients(),
                subject=" ".join(str(message.subject).split()),  # no line break goes into a header
                body=str(message.body),
                html_body=_html_of(message),
            )
            for message in email_messages
        )
        _ring_once()
        return len(rows)


def _html_of(message: EmailMessage) -> str:
    alternatives = getattr(message, "alternatives", None) or []
    return next((str(a[0]) for a in alternatives if a[1] == "text/html"), "")


def _ring_once() -> None:
    """One ring for all that a transaction queues."""
    if not any(waiting[1] is _ring for waiting in connection.run_on_commit):
        transaction.on_commit(_ring)


def _ring() -> None:
    try:
        current_app.send_task("common.send_mail")
    except (OSError, OperationalError) as error:
        log.warning("broker_unreachable", error=str(error))


def send_waiting() -> int:
    """Send every mail that is waiting; returns how many went out."""
    waiting = OutgoingMail.objects.filter(_unclaimed()).order_by("pk").values_list("pk", flat=True)
    mails = list(waiting[:200])
    if not mails:
        return 0
    try:
        transport = _transport()
        transport.open()
    except OSError as error:
        log.error("mail_server_unreachable", waiting=len(mails), error=str(error))
        return 0
    try:
        return sum(_send(pk, transport) for pk in mails)
    finally:
        transport.close()


def _unclaimed() -> Q:
    return Q(sent_at__isnull=True) & (Q(lease_until__isnull=True) | Q(lease_until__lt=clock.now()))


def _send(pk: int, transport: BaseEmailBackend) -> bool:
    claimed = OutgoingMail.objects.filter(_unclaimed(), pk=pk).update(
        lease_until=clock.now() + LEASE, attempts=F("attempts") + 1
    )
    if not claimed:
        return False
    mail = OutgoingMail.objects.get(pk=pk)
    try:
        transport.send_messages([_message(mail)])
    except Exception:
        # The lease stays, longer after each failure: the mail is tried again when it runs out.
        OutgoingMail.objects.filter(pk=pk).update(
            error=traceback.format_exc(),
            lease_until=clock.now() + LEASE * 2 ** min(mail.attempts - 1, LONGEST_WAIT),
        )
        log.error("mail_failed", mail=mail.message_id, attempt=mail.attempts)
        return False
    OutgoingMail.objects.filter(pk=pk).update(
        sent_at=clock.now(), lease_until=None, body="", html_body="", error=""
    )
    return True


def _message(mail: OutgoingMail) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        mail.subject,
        mail.body,
        mail.sender,
        mail.recipients,
        headers={"Message-ID": mail.message_id},
    )
    if mail.html_body:
        message.attach_alternative(mail.html_body, "text/html")
    return message


class FolderBackend(BaseEmailBackend):
    """Without a mail server: one file a mail in DATA_DIR/mail, named by its Message-ID."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            name = message.extra_headers["Message-ID"].strip("<>").replace("/", "_")
            path = Path(settings.DATA_DIR, "mail", f"{name}.eml")
            path.write_bytes(message.message().as_bytes())
        return len(email_messages)


def _transport() -> BaseEmailBackend:
    """Where MAIL_URL says, else the folder."""
    if not settings.MAIL_URL:
        return FolderBackend()
    server = Env.email_url_config(settings.MAIL_URL)
    return get_connection(
        server["EMAIL_BACKEND"],
        host=server["EMAIL_HOST"],
        port=server["EMAIL_PORT"],
        username=server["EMAIL_HOST_USER"],
        password=server["EMAIL_HOST_PASSWORD"],
        use_tls=server.get("EMAIL_USE_TLS", False),
        use_ssl=server.get("EMAIL_USE_SSL", False),
        timeout=30,
    )
