"""An odd record is left out and named; when many cannot be read, the API has changed, and that is a failure."""

from collections import Counter

from health_assets.model.errors import Cause, SourceError
from health_assets.model.record import Batch
from health_assets.model.source import Source

#: Fewer are odd records, whatever else came with them: a quiet tick reads one or two changes.
FEWEST = 3
#: Among hundreds of records some odd ones hide nothing. Without this bound a renamed field counts as "nothing there".
SHARE = 0.1


def refuse_unreadable(source: Source, batch: Batch) -> None:
    """Raises SourceError when of any kind more than SHARE of the payloads, and FEWEST of them, could not be read.

    Nothing of the batch is stored then, so that the next tick reads it again. Kinds whose payloads come from writers of
    their own (documents) are left out: there one that cannot be read says nothing about the others.
    """
    read = {(record.kind, record.key) for record in batch.records}
    brought = Counter(record.kind for record in batch.records)
    # a record may be kept without a part that could not be read
    lost = [one for one in batch.rejections if (one.kind, one.key) not in read]
    for kind in source.kinds:
        refused = [one for one in lost if one.kind == kind.name]
        payloads = len(refused) + brought[kind.name]
        if not kind.independent and len(refused) >= FEWEST and len(refused) > SHARE * payloads:
            raise SourceError(
                f"{source.title}: {batch.scope}: {len(refused)} of {payloads} {kind.name} could not be read,"
                f" the first because {refused[0].problem}",
                cause=Cause.BAD_PAYLOAD,
                hint="the API has changed or something answers in its place; see the changelog for a newer version",
            )
