"""Whether a file or a digest is one of our reports. Nothing that is sent here is kept."""

import hashlib
import re
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import formats
from common.forms import WaypostForm
from monitoring.models import Snapshot
from monitoring.queries.reports import Origin, origin_of

SHA256 = re.compile("[0-9a-f]{64}")


class VerifyForm(WaypostForm, forms.Form):
    """A file, or the 64 characters that stand at the foot of each page."""

    one_of_several = ("file", "digest")
    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        help_text=gettext_lazy("The report as you have it: PDF, HTML or JSON. It is not kept."),
    )
    digest = forms.CharField(
        label=gettext_lazy("SHA-256"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Or the 64 digits and letters at the foot of each page."),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and file.size > settings.EVIDENCE_MAX_BYTES:
            most = formats.size(settings.EVIDENCE_MAX_BYTES)
            raise forms.ValidationError(_("The file is larger than %(most)s.") % {"most": most})
        return file

    def clean_digest(self) -> str:
        digest = "".join(self.cleaned_data["digest"].split()).lower()
        if digest and not SHA256.fullmatch(digest):
            raise forms.ValidationError(
                _("A SHA-256 has 64 characters, 0 to 9 and a to f. Copy the whole of it.")
            )
        return digest

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and bool(cleaned.get("file")) == bool(cleaned.get("digest")):
            raise forms.ValidationError(_("Choose a file or paste a SHA-256, one of the two."))
        return cleaned

    def sha256(self) -> str:
        """The digest pasted, or that of the file."""
        file = self.cleaned_data["file"]
        if not file:
            return str(self.cleaned_data["digest"])
        digest = hashlib.sha256()
        for chunk in file.chunks():
            digest.update(chunk)
        return digest.hexdigest()


def verify(request: HttpRequest) -> HttpResponse:
    """Anybody signed in may ask; the answer names the report, and links it for its readers."""
    form = VerifyForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        sha256 = form.sha256()
        origin = origin_of(sha256)
        context |= {"sha256": sha256, "origin": origin, "url": _url(request, origin)}
    return render(request, "monitoring/verify.html", context)


def _url(request: HttpRequest, origin: Origin | None) -> str:
    """The report's address, if the person may read it."""
    if origin is None:
        return ""
    visible = Snapshot.objects.visible_to(request.user)  # type: ignore[arg-type]
    readable = visible.filter(pk=origin.snapshot.pk).exists()
    return origin.snapshot.get_absolute_url() if readable else ""
