from celery.signals import beat_init, worker_ready
from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


def _install_triggers(using: str, **kwargs: object) -> None:
    from common import triggers

    triggers.install(using)


class CommonConfig(AppConfig):
    name = "common"
    verbose_name = _("Common")

    def ready(self) -> None:
        from common import heartbeats

        autodiscover_modules("jobs")  # each registers its handlers

        post_migrate.connect(_install_triggers, sender=self, dispatch_uid="append_only_triggers")
        worker_ready.connect(heartbeats.worker_started, weak=False)
        beat_init.connect(heartbeats.scheduler_started, weak=False)
