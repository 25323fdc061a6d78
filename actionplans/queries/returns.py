"""Parts of an answer that were sent back."""

from actionplans.models import ProgressUpdate, ReturnedPart


def parts_to_mend(update: ProgressUpdate) -> list[ReturnedPart]:
    """What was sent back and is not settled; from a prefetch of `returned_parts`, if made."""
    return [row for row in update.returned_parts.all() if row.settled_at is None]
