"""Workflows of the default branch: which of them are tests or benchmarks, and how each concluded last at T."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

import pandas as pd

from health_assets.sources.evidence import text_of
from health_assets.sources.github.metrics.runs import runs_within
from health_assets.sources.github.records import MONTH
from health_assets.sources.view import View


def matches(workflow: str, path: str, patterns: Sequence[str]) -> bool:
    """Whether one of `patterns` (any case, * and ? as in file names) fits the workflow's name or its file's name."""
    file = path.partition("@")[0].rpartition("/")[2]
    names = (workflow.casefold(), file.casefold())
    wanted = [pattern.casefold() for pattern in patterns]
    return any(name == pattern or fnmatchcase(name, pattern) for name in names for pattern in wanted)


def default_branch_runs(view: View) -> pd.DataFrame:
    """Runs on the default branch created in (T-30d, T], newest first, as of T."""
    runs = runs_within(view, "default_branch_runs", MONTH)
    return runs[runs["on_default_branch"].isin([True])]


def _chosen(view: View, patterns: Sequence[str]) -> pd.Series:
    """Workflow id -> whether `patterns` fit the name its latest run had."""
    newest = view.once(default_branch_runs).drop_duplicates("workflow_id", keep="first")
    fits = [
        matches(text_of(workflow), text_of(path), patterns)
        for workflow, path in zip(newest["workflow"], newest["path"], strict=True)
    ]
    return pd.Series(fits, index=newest["workflow_id"], dtype=bool)


def latest_conclusions(view: View, chosen: pd.Series) -> pd.DataFrame:
    """The latest run of each chosen workflow that had a conclusion at T, newest first; skipped runs are passed over.

    A run whose conclusion is unknown is taken as well when it is the latest: `unknown` says so.
    """
    runs = view.once(default_branch_runs)
    runs = runs[runs["workflow_id"].isin(chosen.index[chosen])]
    telling = runs["unknown"] | (runs["conclusion"].notna() & (runs["conclusion"] != "skipped"))
    return runs[telling].drop_duplicates("workflow_id", keep="first")


def latest_tests(view: View) -> pd.DataFrame:
    """latest_conclusions of the test workflows: the configured ones, else those with a push run, without benchmarks."""
    if view.settings.test_workflows:
        return latest_conclusions(view, _chosen(view, view.settings.test_workflows))
    runs = view.once(default_branch_runs)
    pushed = runs.loc[runs["event"] == "push", "workflow_id"]
    benchmarks = _chosen(view, view.settings.benchmark_workflows)
    return latest_conclusions(view, ~benchmarks & benchmarks.index.isin(pushed))


def latest_benchmarks(view: View) -> pd.DataFrame:
    """latest_conclusions of the benchmark workflows."""
    return latest_conclusions(view, _chosen(view, view.settings.benchmark_workflows))
