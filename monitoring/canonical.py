"""One text for one content: how a report is frozen so that its digest can be checked for ever."""

import hashlib
import json
from typing import Any

Content = dict[str, Any]


def canonical(content: Content) -> str:
    """JSON with sorted keys and no blanks, UTF-8 as it stands; TypeError on a float."""
    _refuse_unfit(content, "content")
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest(data: str | bytes) -> str:
    """SHA-256 in hexadecimal; of text, its UTF-8 bytes."""
    raw = data.encode() if isinstance(data, str) else data
    return hashlib.sha256(raw).hexdigest()


def _refuse_unfit(value: Any, where: str) -> None:
    """Only what every JSON reader gives back unchanged: no floats, no dates, text keys."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise TypeError(f"{where}: the key {key!r} is not text")
            _refuse_unfit(inner, f"{where}.{key}")
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            _refuse_unfit(inner, f"{where}[{number}]")
    elif not (value is None or isinstance(value, str | bool | int)):
        raise TypeError(f"{where}: {type(value).__name__} has no place in a report's content")
