"""GitHub facts: the record kinds. pulls.py, checks.py, commits.py and runs.py make records of them from payloads.

Times come from the payload; unknown enum values are kept as they are, in lower case. Nothing is counted here.
"""

from datetime import timedelta

from health_assets.model.record import Column, Mode, RecordKind

WEEK = timedelta(days=7)
MONTH = timedelta(days=30)

PULL_REQUESTS = RecordKind(
    source="github",
    name="pull_requests",
    mode=Mode.ENTITY,
    lookback=WEEK,
    description="Pull requests and the dated events on them: closing, reopening, labels, reviews, comments.",
    columns={
        "number": Column.INTEGER,
        "node_id": Column.TEXT,
        "title": Column.TEXT,
        "url": Column.TEXT,
        "author": Column.TEXT,
        "created_at": Column.TIME,
        "updated_at": Column.TIME,
        "closed_at": Column.TIME,
        "merged_at": Column.TIME,
        "base_ref": Column.TEXT,
        # [[closed_at, reopened_at or null], ...] oldest first: open at T = created and inside none of these
        "closures": Column.JSON,
        # [[label, from, until or null], ...]
        "labels": Column.JSON,
        # [[submitted_at, author, author_is_bot, review comments in it], ...]
        "reviews": Column.JSON,
        # [[created_at, author, author_is_bot], ...] of the conversation
        "comments": Column.JSON,
    },
)

MERGE_CHECKS = RecordKind(
    source="github",
    name="merge_checks",
    mode=Mode.EVENT,
    lookback=WEEK,
    description="The check rollup of a pull request's head commit at the instant it was merged.",
    columns={
        "number": Column.INTEGER,
        "merged_at": Column.TIME,
        # success, failure, pending, none (no checks at all); None = could not be read
        "state": Column.TEXT,
        # names of the checks that were not successful when merged
        "unsuccessful": Column.JSON,
    },
)

CHANGED_FILES = RecordKind(
    source="github",
    name="changed_files",
    mode=Mode.EVENT,
    lookback=WEEK,
    description="Paths changed by a merged pull request, or by a commit that came without one.",
    columns={
        # "#<number>" of the pull request, or the commit's sha
        "origin": Column.TEXT,
        "changed_at": Column.TIME,
        "paths": Column.JSON,
    },
)

COMMITS = RecordKind(
    source="github",
    name="commits",
    mode=Mode.EVENT,
    lookback=WEEK,
    description="Commits on the default branch, dated by their committer.",
    columns={
        "sha": Column.TEXT,
        "url": Column.TEXT,
        "committed_at": Column.TIME,
        "subject": Column.TEXT,
        # login where GitHub knows it, else the author's e-mail, else the name
        "author": Column.TEXT,
        "author_is_bot": Column.FLAG,
        "additions": Column.INTEGER,
        "deletions": Column.INTEGER,
        # number of the pull request that brought it; None for a direct push
        "pull_request": Column.INTEGER,
    },
)

_RUN_COLUMNS = {
    "run_id": Column.INTEGER,
    "attempt": Column.INTEGER,
    # the newest attempt known when this row was read
    "latest_attempt": Column.INTEGER,
    "node_id": Column.TEXT,
    "workflow_id": Column.INTEGER,
    "workflow": Column.TEXT,
    "path": Column.TEXT,
    "event": Column.TEXT,
    "branch": Column.TEXT,
    "on_default_branch": Column.FLAG,
    "status": Column.TEXT,
    "conclusion": Column.TEXT,
    "created_at": Column.TIME,
    "started_at": Column.TIME,
    # updated_at once status is completed, else None
    "completed_at": Column.TIME,
    "url": Column.TEXT,
}

WORKFLOW_RUNS = RecordKind(
    source="github",
    name="workflow_runs",
    mode=Mode.EVENT,
    lookback=WEEK,
    description="Workflow run attempts of all branches; running a run again makes a new record.",
    columns=_RUN_COLUMNS,
)

DEFAULT_BRANCH_RUNS = RecordKind(
    source="github",
    name="default_branch_runs",
    mode=Mode.EVENT,
    lookback=MONTH,
    description="Workflow run attempts on the default branch, for the longer look-back of its metrics.",
    columns=_RUN_COLUMNS,
)

RUN_TIMEOUTS = RecordKind(
    source="github",
    name="run_timeouts",
    mode=Mode.EVENT,
    lookback=WEEK,
    description="For each cancelled attempt, whether a check-run annotation proves that it exceeded its time limit.",
    columns={
        "run_id": Column.INTEGER,
        "attempt": Column.INTEGER,
        "created_at": Column.TIME,
        "timed_out": Column.FLAG,
    },
)

ISSUES = RecordKind(
    source="github",
    name="issues",
    mode=Mode.ENTITY,
    # its metric needs the day alone; the week lets the next good tick finish days that an outage left open
    lookback=WEEK,
    description="Issues that carry or carried a training-bug label, with their closing, reopening and labelling times.",
    columns={
        "number": Column.INTEGER,
        "title": Column.TEXT,
        "url": Column.TEXT,
        "created_at": Column.TIME,
        "updated_at": Column.TIME,
        "closed_at": Column.TIME,
        "closures": Column.JSON,
        "labels": Column.JSON,
    },
)

BRANCHES = RecordKind(
    source="github",
    name="branches",
    mode=Mode.SNAPSHOT,
    description="How many branches there are, by day; a past day cannot be read again.",
    columns={"total": Column.INTEGER},
)

KINDS = (
    PULL_REQUESTS,
    MERGE_CHECKS,
    CHANGED_FILES,
    COMMITS,
    WORKFLOW_RUNS,
    DEFAULT_BRANCH_RUNS,
    RUN_TIMEOUTS,
    ISSUES,
    BRANCHES,
)
