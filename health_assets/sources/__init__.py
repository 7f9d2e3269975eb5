"""The sources: one folder each, the same files in each, one line in `registry.py`; beside them what they share."""
