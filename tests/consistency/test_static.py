"""Third-party files are served from here, and are byte for byte what their makers published."""

import base64
import hashlib
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

# The subresource-integrity digests that Bootstrap published with release 5.3.8.
PUBLISHED = {
    "bootstrap/bootstrap.min.css": (
        "sha384-sRIl4kxILFvY47J16cr9ZwB07vP4J8+LH7qKQnuqkuIAvNWLzeN8tE5YBujZqJLB"
    ),
    "bootstrap/bootstrap.rtl.min.css": (
        "sha384-CfCrinSRH2IR6a4e6fy2q6ioOX7O6Mtm1L9vRvFZ1trBncWmMePhzvafv7oIcWiW"
    ),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_bootstrap_is_as_published(name: str) -> None:
    path = finders.find(name)
    assert isinstance(path, str)
    digest = hashlib.sha384(Path(path).read_bytes()).digest()
    assert f"sha384-{base64.b64encode(digest).decode()}" == PUBLISHED[name]
