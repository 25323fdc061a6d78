"""What somebody typed into a form whose session had ended, on its way through sign-in.

The fields travel signed inside the sign-in form, so that nothing is kept for visitors; after
sign-in by the same person they wait in the session as `request.typed` until the form they
were typed into is posted again. Files and passwords are not carried; the page says so.
"""

from typing import Any, cast
from urllib.parse import urlsplit

from django.core import signing
from django.http import HttpRequest, QueryDict
from django.utils.http import escape_leading_slashes

OWNER_COOKIE = "waypost_owner"
OWNER_KNOWN_FOR = 30 * 24 * 3600  # seconds; far longer than a session, whose end it survives
SESSION_KEY = "typed"
ON_THE_WAY = "typed_on_the_way"  # through a second factor or another site, until sign-in is done
KEPT_FOR = 12 * 3600  # seconds
LONGEST = 1_000_000  # characters of signed text; a longer one stays in the browser's history


class Typed(QueryDict):
    """The fields, the address they were sent to, and whether files were among them."""

    def __init__(self, kept: dict[str, Any]) -> None:
        super().__init__(mutable=True)
        for name, values in kept["fields"].items():
            self.setlist(name, values)
        self.sent_to: str = kept["path"]
        self.had_files: bool = kept["files"]


def read(value: str, salt: str, max_age: int) -> Any:
    """The signed value, or None where it is absent, forged or too old."""
    try:
        return signing.loads(value, salt=salt, max_age=max_age)
    except signing.BadSignature:
        return None


def owner_of(request: HttpRequest) -> int | None:
    """Whoever last signed in with this browser."""
    value = request.COOKIES.get(OWNER_COOKIE, "")
    return cast("int | None", read(value, OWNER_COOKIE, OWNER_KNOWN_FOR))


def _is_kept(name: str) -> bool:
    return name != "csrfmiddlewaretoken" and "password" not in name.lower()


def collect(request: HttpRequest) -> dict[str, Any]:
    """The posted fields with the page they were typed on and the owner of the browser."""
    return {
        "path": request.path,
        "page": page_of(request),
        "owner": owner_of(request),
        "files": bool(request.FILES),
        "fields": {name: values for name, values in request.POST.lists() if _is_kept(name)},
    }


def page_of(request: HttpRequest) -> str:
    """The page that showed the form: often, but not always, the address it was sent to."""
    referer = urlsplit(request.headers.get("Referer", ""))
    if referer.netloc != request.get_host() or not referer.path.startswith("/"):
        return request.get_full_path()
    page = f"{referer.path}?{referer.query}" if referer.query else referer.path
    return escape_leading_slashes(page)  # "//" would lead to another host


def pack(request: HttpRequest) -> str:
    """The posted fields, signed, for the sign-in form to carry; "" where there are none."""
    kept = collect(request)
    if not kept["fields"]:
        return ""
    packed = signing.dumps(kept, salt=SESSION_KEY, compress=True)
    return packed if len(packed) <= LONGEST else ""


def unpack(value: str) -> dict[str, Any] | None:
    """What `pack` made, or None where it is absent, forged, overlong or too old."""
    if not value or len(value) > LONGEST:
        return None
    return cast("dict[str, Any] | None", read(value, SESSION_KEY, KEPT_FOR))


def keep(request: HttpRequest, kept: dict[str, Any] | None) -> None:
    """Put what was typed into the session of the person who typed it, nobody else's."""
    if kept and request.user.is_authenticated and kept["owner"] == request.user.pk:
        request.session[SESSION_KEY] = kept


def carry(request: HttpRequest, packed: str) -> None:
    """Let what was typed come through the further steps of a sign-in by this browser's owner."""
    kept = unpack(packed)
    if kept and kept["owner"] == owner_of(request):
        request.session[ON_THE_WAY] = kept


def take(request: HttpRequest) -> Typed | None:
    """What this person typed on this page; posting the form forgets it."""
    kept = request.session.get(SESSION_KEY)
    if not kept or kept["owner"] != request.user.pk:
        return None
    if request.method == "POST":
        if kept["path"] == request.path:
            del request.session[SESSION_KEY]
        return None
    pages = (kept["path"], urlsplit(kept["page"]).path)
    return Typed(kept) if request.path in pages else None


def form_data(request: HttpRequest, action: str = "") -> QueryDict | None:
    """What a form is bound to: the POST, or text kept from before sign-in, or nothing.

    `action` is the address a form sends to where that is not the page's own.
    """
    if request.method == "POST":
        return request.POST
    typed: Typed | None = request.typed  # type: ignore[attr-defined]
    return typed if typed and typed.sent_to == (action or request.path) else None
