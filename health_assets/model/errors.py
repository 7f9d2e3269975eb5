"""Every error the project raises on purpose.

HealthError
  ConfigError      a setting is wrong: names the file and the key
    CatalogueError a Figure-of-Merit row is wrong: names the file and the row
  StoreError       the database cannot be opened, migrated or written
  SourceError      a source could not be collected: data, not a crash (design section 8)
  PublishError     a publisher's target refused something or was not reached: what failed is sent by the next publish
  ContractError    one payload cannot be read; it is counted and named, the others stay

Each message names what failed, where, and what to do. None may hold a secret.
"""

from enum import StrEnum


class HealthError(Exception):
    """Base of all expected errors; `message` says what and where, `hint` what to do next."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class ConfigError(HealthError):
    """A setting cannot be used."""


class CatalogueError(ConfigError):
    """A catalogue row cannot be used."""


class StoreError(HealthError):
    """The store cannot be opened, migrated or written."""


class ContractError(HealthError):
    """One payload does not have the promised shape."""


class Cause(StrEnum):
    """Why a source failed; decides the hint and whether its other scopes are still tried."""

    AUTHENTICATION = "authentication"
    PERMISSION = "permission"
    NOT_FOUND = "not_found"
    RATE_LIMITED = "rate_limited"
    DEADLINE = "deadline"
    UNREACHABLE = "unreachable"
    SERVER_ERROR = "server_error"
    BAD_PAYLOAD = "bad_payload"
    INCOMPLETE = "incomplete"
    BUG = "bug"


#: Causes that hold for a whole server: asking it for the next scope can only make it worse.
SOURCE_WIDE = frozenset({Cause.AUTHENTICATION, Cause.RATE_LIMITED, Cause.DEADLINE, Cause.UNREACHABLE})


class SourceError(HealthError):
    """A source, or one scope of it, could not be collected completely."""

    def __init__(self, message: str, *, cause: Cause, hint: str = "", requests: int = 0) -> None:
        super().__init__(message, hint=hint)
        self.cause = cause
        self.requests = requests


class PublishError(HealthError):
    """A publisher's target refused something, or was not reached."""

    def __init__(self, message: str, *, cause: Cause, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.cause = cause
