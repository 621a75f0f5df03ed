"""Where something went wrong, without the exception's own words: they may quote what somebody typed."""

from __future__ import annotations

import traceback


def places_of(trouble: BaseException) -> str:
    """The places in the code, the innermost first: `file:line function < file:line function`."""
    frames = traceback.extract_tb(trouble.__traceback__)
    return " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in reversed(frames))
