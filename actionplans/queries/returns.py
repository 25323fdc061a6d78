"""Parts of an answer that were sent back."""

from django.db.models import Prefetch

from actionplans.models import ProgressUpdate, ReturnedPart

PARTS_TO_MEND = Prefetch("returned_parts", ReturnedPart.objects.pending())


def parts_to_mend(update: ProgressUpdate) -> list[ReturnedPart]:
    """What was sent back and is not settled; of a prefetch of `returned_parts`, if made."""
    return [row for row in update.returned_parts.all() if row.settled_at is None]
