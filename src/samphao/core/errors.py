"""Errors that a person or a program can act on: what is wrong, where, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class HubError(Exception):
    """A refusal with an RFC 9457 problem: `code` is stable, `title` a sentence, `status` the HTTP status."""

    status = 400
    code = "bad-request"

    def __init__(self, title: str, **details: Any) -> None:
        super().__init__(title)
        self.title = title
        self.details = details

    def problem(self) -> dict[str, Any]:
        return {"type": f"/problems/{self.code}", "title": self.title, "status": self.status, **self.details}


class NotAllowed(HubError):
    status, code = 403, "not-allowed"


class NotFound(HubError):
    status, code = 404, "not-found"


class Conflict(HubError):
    status, code = 409, "conflict"


class Refused(HubError):
    """The request is well formed, but a rule of trade, customs or carriage forbids it."""

    status, code = 422, "refused"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a file that a person gave us."""

    file: str
    row: int
    column: str
    wrong: str
    mend: str

    def __str__(self) -> str:
        row, column = (f":{self.row}" if self.row else ""), (f" {self.column}" if self.column else "")
        return f"{self.file}{row}{column}: {self.wrong}. {self.mend}"


@dataclass
class BadRows(HubError):
    """All faults of a file at once, numbered by row; nothing of it has been written."""

    faults: tuple[Fault, ...] = field(default=())
    status = 422
    code = "bad-rows"

    def __post_init__(self) -> None:
        super().__init__(f"{len(self.faults)} rows are wrong", faults=[str(fault) for fault in self.faults])

    def __str__(self) -> str:
        return "\n".join(map(str, self.faults))
