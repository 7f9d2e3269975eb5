"""What records of GitHub are called as evidence."""

from health_assets.sources.evidence import TITLE_LIMIT, Row, text_of


def numbered(row: Row) -> str:
    """Label of a pull request or an issue: number and title."""
    return f"#{row.number} {text_of(row.title)[:TITLE_LIMIT]}".rstrip()


def commit_label(row: Row) -> str:
    """Label of a commit: short sha and subject."""
    return f"{row.sha[:7]} {text_of(row.subject)[:TITLE_LIMIT]}".rstrip()


def run_label(row: Row) -> str:
    """Label of a workflow run: workflow, number, and the attempt when it was run again."""
    again = f" (attempt {row.attempt})" if row.attempt > 1 else ""
    return f"{text_of(row.workflow)[:TITLE_LIMIT]} #{row.run_id}{again}".lstrip()
