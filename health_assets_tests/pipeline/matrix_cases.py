"""The faults of the matrix: what a service can answer, and what can happen to a folder of documents."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from health_assets.sandbox import faults
from health_assets.sandbox.exchange import Reply
from health_assets.sandbox.faults import Fault
from health_assets_tests.pipeline.demo_stage import RESULTS
from health_assets_tests.pipeline.dialects import DIALECTS, DOCUMENTS, Dialect, Edit, spoiling

HTML = b"<html><head><title>Sign in</title></head><body>Sign in</body></html>"


@dataclass(frozen=True, kw_only=True)
class Case:
    """A fault in a source's dialect, from its `first` request on. paged: it needs a listing of several pages."""

    fault: Callable[[Dialect], Fault]
    first: int = 1
    paged: bool = False


def always(fault: Fault, **when: Any) -> Case:
    """A fault that is the same for all services."""
    return Case(fault=lambda _: fault, **when)


#: None = nobody listens.
CASES: Mapping[str, Case | None] = {
    "connection refused": None,
    "silence": always(faults.delayed(60)),
    "trickling body": always(faults.trickle()),
    "500": always(faults.refused(500, "no luck")),
    "500 after the first answer": always(faults.refused(500, "no luck"), first=2),
    "401": always(faults.unauthorized()),
    "403": always(faults.refused(403, "Forbidden")),
    "404": always(faults.not_found()),
    "429 for an hour": always(faults.too_many_requests(3600)),
    "502 with HTML": always(faults.bad_gateway()),
    "200 with HTML": always(faults.replying(Reply(200, {"content-type": "text/html"}, HTML))),
    "200 with nonsense": always(faults.replying(Reply(200, {"content-type": "application/json"}, b"nonsense"))),
    "broken connection": always(faults.broken_connection()),
    "cut body": always(faults.cut_json()),
    "empty listings": Case(fault=lambda dialect: spoiling(dialect.empty)),
    "listing of another shape": Case(fault=lambda dialect: spoiling(dialect.misshapen)),
    "field missing": Case(fault=lambda dialect: spoiling(dialect.without_field)),
    "field null": Case(fault=lambda dialect: spoiling(dialect.null_field)),
    "field of another type": Case(fault=lambda dialect: spoiling(dialect.mistyped_field)),
    "page lost": Case(fault=lambda dialect: spoiling(dialect.page_lost), paged=True),
    "page repeated": Case(fault=lambda dialect: spoiling(dialect.page_repeated), paged=True),
}
#: What can happen to a folder of documents.
DAMAGES: Mapping[str, Edit | None] = {
    "connection refused": None,
    "200 with HTML": lambda _: HTML.decode(),
    "200 with nonsense": lambda _: "nonsense",
    "cut body": lambda body: body[: len(body) // 2],
    "listing of another shape": lambda body: f"[{body}]",
    "field missing": DOCUMENTS.without_field,
    "field null": DOCUMENTS.null_field,
    "field of another type": DOCUMENTS.mistyped_field,
}
#: Faults that nobody could tell: AWS counts nothing, so that a listing without a token for its next page is complete.
UNTOLD = {("ec2", "page lost")}
MATRIX = [
    *((source, fault) for source in DIALECTS for fault in CASES if (source, fault) not in UNTOLD),
    *((source, fault) for source in RESULTS for fault in DAMAGES),
]
