"""Markdown for the Dagster UI; whatever came from outside is escaped."""

import re
from collections.abc import Sequence

from health_assets.model.metric import Evidence
from health_assets.model.time import iso

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|<>~-])")


def escape(text: str) -> str:
    """`text` so that Markdown and HTML show it literally, on one line."""
    flat = " ".join(text.split())
    return _SPECIAL.sub(r"\\\1", flat.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def link(label: str, url: str) -> str:
    """A link where `url` is plain http(s), else the escaped label alone."""
    safe = url.startswith(("https://", "http://")) and not re.search(r"[\s()<>\"'\\]", url)
    return f"[{escape(label)}]({url})" if safe else escape(label)


def evidence_table(evidence: Sequence[tuple[str, Evidence]]) -> str:
    """One row a piece of evidence with its scope, or a sentence when there is none."""
    rows = [
        f"| {escape(scope)} | {link(piece.label, piece.url)} | {escape(piece.note)} | {_at(piece)} |"
        for scope, piece in evidence
    ]
    return (
        "\n".join(["| scope | record | note | at |", "|---|---|---|---|", *rows])
        if rows
        else "No record stands behind it."
    )


def _at(piece: Evidence) -> str:
    return iso(piece.at) if piece.at else ""
