"""Missing is a state with a reason, never a number (design section 6)."""

from enum import StrEnum


class Reason(StrEnum):
    """Why an observation or a score has no value."""

    NOT_COLLECTED = "not_collected"
    SOURCE_FAILED = "source_failed"
    NO_DATA = "no_data"
    TRUNCATED = "truncated"
    NOT_RECONSTRUCTIBLE = "not_reconstructible"
    STALE = "stale"


#: What a person reads in a grey cell.
REASON_TEXT: dict[Reason, str] = {
    Reason.NOT_COLLECTED: "not collected yet",
    Reason.SOURCE_FAILED: "the source failed",
    Reason.NO_DATA: "collected, nothing to measure",
    Reason.TRUNCATED: "the listing came short",
    Reason.NOT_RECONSTRUCTIBLE: "was not recorded on that day and cannot be reconstructed",
    Reason.STALE: "the last value is too old",
}
