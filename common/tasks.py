"""Celery tasks: take ids, call one function."""

from celery import shared_task

from common import jobs, mail


@shared_task(name="common.run_job")
def run_job(*, job_id: int) -> None:
    jobs.run(job_id)


@shared_task(name="common.send_mail")
def send_mail() -> None:
    mail.send_waiting()
