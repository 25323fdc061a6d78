"""Of a process that runs for long: what it has loaded stays to its end."""

import gc

MADE_BEFORE_A_LOOK = 50_000  # objects; Python's own 700 is many times in every page


def keep_what_is_loaded() -> None:
    """Leave what is there now out of the search for garbage, and search seldom for the rest.

    Going through all of Django and the portal takes a tenth of a second, in the midst of somebody's
    page.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(MADE_BEFORE_A_LOOK, 20, 20)
