"""YAML as the catalogue needs it: safe tags only, and a key written twice is an error, not a silent overwrite."""

from collections.abc import Hashable
from typing import Any

import yaml


class _UniqueKeyLoader(yaml.SafeLoader):
    """SafeLoader that refuses a mapping with a repeated key."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key {key!r} appears twice", key_node.start_mark)
            if key is not None:
                seen.add(key)
        return super().construct_mapping(node, deep=deep)


def load_unique_yaml(text: str) -> Any:
    """The document in `text`. Raises yaml.YAMLError, with line and column, also where a key is repeated."""
    # _UniqueKeyLoader is a SafeLoader: it builds plain data, never Python objects
    return yaml.load(text, Loader=_UniqueKeyLoader)  # noqa: S506
