"""The way of the data, without Dagster: collect -> measure -> score -> grid -> publish (design section 3).

The command line, the tests and the bench call these functions as they are; `orchestration/` wraps each in an asset.
"""
