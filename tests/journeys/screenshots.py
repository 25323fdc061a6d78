"""Take README's pictures of the demo: `make screenshots`."""

import sys
import tempfile
import time
from pathlib import Path

from tests.installations import Installation, installation
from tests.journeys.browser import chromium, person

START, COMPARE, REPORT = "start", "compare", "report"
PICTURES = (
    (START, "coordinator.nga@example.org", "/"),
    (COMPARE, "reviewer1.dpko@example.org", "/monitoring/compare/?period="),
    (REPORT, "coordinator.nga@example.org", "/p/NGA/reports/"),
)
CLOSED = (
    "from actionplans.models import ReportingPeriod as P; print(P.objects.closed().first().code)"
)


def wait_for_reports(portal: Installation) -> None:
    """Until the scheduler has had a report made of every closed period."""
    code = (
        "from monitoring.models import Snapshot as S; print(S.objects.filter(kind='final').count())"
    )
    for _second in range(120):
        if int(portal.shell(code)) >= 10:
            return
        time.sleep(1)
    raise SystemExit("the reports were not made within two minutes")


def take(folder: Path) -> None:
    with (
        tempfile.TemporaryDirectory() as data,
        installation(Path(data)) as portal,
        chromium() as browser,
    ):
        password = portal.manage("demo").stdout.partition("password ")[2].partition(":")[0]
        with portal.portal():
            wait_for_reports(portal)
            closed = portal.shell(CLOSED).strip()
            for name, email, path in PICTURES:
                size = {"width": 1280, "height": 900}
                with person(browser, portal, email, password, viewport=size) as page:
                    page.goto(path + closed if name == COMPARE else path)
                    if name == REPORT:
                        page.get_by_role("link", name="Final").first.click()
                    page.screenshot(path=folder / f"{name}.png")


if __name__ == "__main__":
    take(Path(sys.argv[1]))
