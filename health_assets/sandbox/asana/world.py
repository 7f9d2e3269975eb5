"""The facts of a workspace that the Asana stand-in serves, each with its instant, so that any T can be shown."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Task:
    """A task of a project. moves: (instant, name of the section); gone_at: when it was deleted or moved away."""

    gid: str
    name: str
    created_at: datetime
    completed_at: datetime | None = None
    gone_at: datetime | None = None
    moves: Sequence[tuple[datetime, str]] = ()

    def is_there(self, now: datetime) -> bool:
        """Whether the project lists it at `now`."""
        return self.created_at <= now and (self.gone_at is None or self.gone_at > now)

    def completed_by(self, now: datetime) -> datetime | None:
        """When it was completed, as known at `now`."""
        return self.completed_at if self.completed_at is not None and self.completed_at <= now else None

    def modified_at(self, now: datetime) -> datetime:
        """The latest change up to `now`."""
        changes = [self.created_at, self.completed_at or self.created_at, *(at for at, _ in self.moves)]
        return max(at for at in changes if at <= now)

    def section_at(self, now: datetime) -> str:
        """Name of its section at `now`."""
        names = [name for at, name in self.moves if at <= now]
        return names[-1] if names else "Untitled section"


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project with its status updates, (instant, type) oldest first, and its tasks."""

    gid: str
    name: str
    archived: bool = False
    statuses: Sequence[tuple[datetime, str]] = ()
    tasks: Sequence[Task] = ()

    def status_at(self, now: datetime) -> str | None:
        """Type of the current status update at `now`."""
        types = [kind for at, kind in self.statuses if at <= now]
        return types[-1] if types else None

    def tasks_at(self, now: datetime) -> list[Task]:
        """The tasks that it lists at `now`."""
        return [task for task in self.tasks if task.is_there(now)]


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """A workspace and its projects."""

    gid: str
    projects: Sequence[Project] = field(default=())
