"""The portal's settings with one more language: English drawn out by two fifths, with accents."""

from config.settings import *  # noqa: F403
from config.settings import DATA_DIR, LANGUAGES, LOCALE_PATHS
from tests.journeys.pseudo import install

LOCALE_PATHS = [*LOCALE_PATHS, DATA_DIR / "locale"]
LANGUAGES = [*LANGUAGES, install(DATA_DIR / "locale")]
