from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecruitmentConfig(AppConfig):
    name = "recruitment"
    verbose_name = _("Recruitment")

    def ready(self) -> None:
        from accounts.services.audit import add_record_kinds, add_words

        add_record_kinds(
            {
                "recruitment.import": _("file of figures"),
                "recruitment.release": _("release"),
            }
        )
        add_words(
            {
                "import.sent": _("File of figures sent"),
                "import.read": _("File of figures read"),
                "import.accepted": _("File of figures accepted"),
                "import.counted_anew": _("Figures of a file counted anew"),
                "import.discarded": _("File of figures discarded"),
                "import.retried": _("File of figures tried again"),
                "release.imported": _("Release imported"),
            }
        )
