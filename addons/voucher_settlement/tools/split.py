"""What adapters of providers that split payments at the source answer, whatever the provider."""

from dataclasses import dataclass, field

SUCCESS, CLOSED, PENDING = "success", "closed", "pending"


class SplitError(Exception):
    """The provider did not do what it was asked for."""


class SplitRefusedError(SplitError):
    """It said no, for good: nothing has been done."""


class SplitMissingError(SplitError):
    """It does not know what it was asked about: a request never arrived."""


class SplitUnknownError(SplitError):
    """No answer, or none to be trusted: it may have been done or not. Ask before it is requested again."""


@dataclass(frozen=True)
class SplitAnswer:
    """Where a request stands."""

    finished: bool  # nothing changes any more
    number: str = ""  # the provider's own
    parts: dict = field(default_factory=dict)  # receiver's account -> (SUCCESS, CLOSED or PENDING, reason, cents)
