"""Results of jobs as small JSON documents in a directory or bucket: what training_jobs and evals share.

document.py says what a result is (schema version 1, published as docs/result.schema.json); client.py lists, reads and
writes documents through fsspec and is the only network I/O; reading.py is the incremental fetch of both sources.
"""
