"""The portal's settings as tests need them: own folder, own services, no manifest."""

import os
import tempfile

os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="waypost-test-")
os.environ.pop("MAIL_URL", None)
os.environ.pop("ORIGIN", None)
for name in ("DATABASE_URL", "REDIS_URL"):
    if os.environ.get(f"TEST_{name}"):
        os.environ[name] = os.environ[f"TEST_{name}"]
    else:
        os.environ.pop(name, None)
os.environ["REDIS_PREFIX"] = f"waypost-test-{os.getpid()}:"

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES, STORAGES  # noqa: E402

STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AXES_ENABLED = False
CELERY_TASK_ALWAYS_EAGER = False
# No test takes the machine's power away: nothing waits until what is written is on the disk.
OPTIONS = DATABASES["default"]["OPTIONS"]
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    OPTIONS["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
    # A file, not memory: threads and other processes must meet the same SQLite database.
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(os.environ["DATA_DIR"], "test.sqlite3")}
else:
    OPTIONS["options"] += " -c synchronous_commit=off"
