import os
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

import health_assets.sandbox.github as sandbox
from health_assets.sources.github import doctor, queries

SCHEMAS = [Path(sandbox.__file__).with_name("schema.graphql")]
if os.environ.get("HEALTH_GITHUB_SCHEMA"):
    SCHEMAS.append(Path(os.environ["HEALTH_GITHUB_SCHEMA"]))
DOCUMENTS = {
    "tick": queries.TICK,
    "pulls": queries.PULLS_BY_ID,
    "details": queries.MERGED_DETAILS,
    "updates": queries.RUN_UPDATES,
    "stopped": queries.STOPPED_CHECKS,
    "access": doctor.ACCESS,
} | {".".join(key): document for key, document in queries.REST.items()}


@pytest.fixture(scope="module", params=SCHEMAS, ids=lambda path: path.name)
def schema(request):
    # GitHub's published schema names two fields twice, which strict building refuses
    return build_schema(request.param.read_text(encoding="utf-8"), assume_valid_sdl=True)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_document_is_valid_against_the_schema(schema, name):
    assert validate(schema, parse(DOCUMENTS[name])) == []
