"""The sources: one folder each, the same four files, one line in `registry.py`."""
