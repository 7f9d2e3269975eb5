"""Worlds from a folder of recorded REST payloads, one JSON object a line.

The end of a file's name tells what it holds. What was not recorded is absent from the world and named in
`Recording.absent`; nothing is made up for it.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from health_assets.model.errors import ConfigError
from health_assets.sandbox.github.recorded_facts import repository_of
from health_assets.sandbox.github.recorded_rows import Payload, Rows
from health_assets.sandbox.github.world import Repository

#: File name endings, in the order they are tried; a commits file may carry a date range behind the word.
KINDS = {
    "pull_review_comments": re.compile(r"pull_review_comments\.jsonl$"),
    "pull_reviews": re.compile(r"pull_reviews\.jsonl$"),
    "pull_commits": re.compile(r"pull_commits[^/]*\.jsonl$"),
    "issue_comments": re.compile(r"issue_comments\.jsonl$"),
    "issues": re.compile(r"issues\.jsonl$"),
    "pulls": re.compile(r"pulls\.jsonl$"),
    "workflow_runs": re.compile(r"workflow_runs\.jsonl$"),
    "workflow_jobs": re.compile(r"workflow_jobs\.jsonl$"),
    "commits": re.compile(r"commits[^/]*\.jsonl$"),
}
#: What no listing of this kind can hold.
NEVER_RECORDED = ("branches", "issue_events", "pull_files", "pull_checks")
_NAME_IN_ADDRESS = re.compile(r"/repos/([^/]+/[^/]+)(?:/|$)|^https://github\.com/([^/]+/[^/]+)(?:/|$)")
_ADDRESSES = ("url", "run_url", "pull_request_url", "issue_url", "html_url")


@dataclass(frozen=True)
class Recording:
    """Worlds by full name, the kinds that the folder lacks, and the rows that could not be used with the reason."""

    repositories: Mapping[str, Repository]
    absent: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()


@dataclass
class _File:
    """One file: rows with their line numbers."""

    path: Path
    kind: str
    prefix: str
    rows: list[tuple[int, Payload]] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        """Repositories its rows name."""
        return {name for _, row in self.rows if (name := _full_name(row)) is not None}


def recorded_repositories(folder: Path) -> Recording:
    """Reads every recognised file of `folder` (not of folders inside it).

    Rows that name no repository belong to the only one named by files of the same prefix, else of the folder, else to
    "recorded/<folder name>". Raises ConfigError when nothing is recognised or a line is no JSON object.
    """
    files = list(_read(folder))
    if not files:
        endings = ", ".join(f"*{kind}.jsonl" for kind in KINDS)
        raise ConfigError(f"{folder} has no recorded payloads", hint=f"files are told by their endings: {endings}")
    by_prefix: dict[str, set[str]] = defaultdict(set)
    for file in files:
        by_prefix[file.prefix] |= file.names
    everywhere = set().union(*by_prefix.values())
    rows: dict[str, Rows] = defaultdict(Rows)
    for file in files:
        fallback = _only(by_prefix[file.prefix]) or _only(everywhere) or f"recorded/{folder.resolve().name}"
        for line, row in file.rows:
            rows[_full_name(row) or fallback].add(file.kind, row, origin=f"{file.path.name}:{line}")
    present = {file.kind for file in files}
    return Recording(
        repositories={name: repository_of(name, found) for name, found in rows.items()},
        absent=(*(kind for kind in KINDS if kind not in present), *NEVER_RECORDED),
        skipped=tuple(problem for found in rows.values() for problem in found.skipped),
    )


def _read(folder: Path) -> Iterator[_File]:
    for path in sorted(folder.glob("*.jsonl")):
        kind = next((kind for kind, ending in KINDS.items() if ending.search(path.name)), None)
        if kind is not None:
            prefix = KINDS[kind].sub("", path.name)
            yield _File(path, kind, prefix, list(_lines(path)))


def _lines(path: Path) -> Iterator[tuple[int, Payload]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row: Any = json.loads(line)
        except ValueError as error:
            raise ConfigError(f"{path}, line {number} is not JSON: {error}", hint="write one object a line") from error
        if not isinstance(row, dict):
            raise ConfigError(f"{path}, line {number} is no JSON object", hint="write one object a line")
        yield number, row


def _full_name(row: Payload) -> str | None:
    for holder in (row, row.get("base") or {}):
        named = (holder.get("repository") or holder.get("repo") or {}).get("full_name")
        if named:
            return str(named)
    found = (_NAME_IN_ADDRESS.search(str(row.get(address) or "")) for address in _ADDRESSES)
    return next((match[1] or match[2] for match in found if match), None)


def _only(names: set[str]) -> str | None:
    return next(iter(names)) if len(names) == 1 else None
