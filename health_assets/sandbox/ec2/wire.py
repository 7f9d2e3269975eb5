"""AWS's wire forms: EC2's query requests and XML answers, driven by botocore's model of EC2, and errors."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from botocore.loaders import Loader
from botocore.model import ListShape, ServiceModel, Shape, StructureShape
from starlette.responses import JSONResponse, Response

LIST_ITEM = re.compile(r"^(\w+)\.\d+$")


@cache
def ec2_model() -> ServiceModel:
    """botocore's description of EC2."""
    return ServiceModel(Loader().load_service_model("ec2", "service-2"))


def parameters(body: bytes) -> dict[str, Any]:
    """The parameters of a query request; Name.1, Name.2, ... become a list."""
    found: dict[str, Any] = {}
    for key, value in parse_qsl(body.decode()):
        match = LIST_ITEM.match(key)
        if match:
            found.setdefault(match[1], []).append(value)
        else:
            found[key] = value
    return found


def answer(operation: str, payload: Mapping[str, Any]) -> Response:
    """The XML answer of an EC2 operation. Raises KeyError for a key that the operation does not have."""
    shape = ec2_model().operation_model(operation).output_shape
    inner = _written(shape, payload)
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<{operation}Response>{inner}</{operation}Response>'
    return Response(body, media_type="text/xml")


def error(code: str, *, status: int, json: bool = False) -> Response:
    """A refusal as EC2 (XML) or the JSON services write it."""
    if json:
        return JSONResponse({"__type": f"com.amazonaws#{code}", "message": "refused"}, status_code=status)
    inner = f"<Errors><Error><Code>{code}</Code><Message>refused</Message></Error></Errors>"
    return Response(f"<Response>{inner}</Response>", status_code=status, media_type="text/xml")


def _written(shape: Shape | None, value: Any) -> str:
    if isinstance(shape, StructureShape):
        parts = []
        for key, one in value.items():
            member = shape.members[key]
            if one is not None:
                name = member.serialization.get("name", key)
                parts.append(f"<{name}>{_written(member, one)}</{name}>")
        return "".join(parts)
    if isinstance(shape, ListShape):
        return "".join(f"<item>{_written(shape.member, one)}</item>" for one in value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return escape(str(value).lower() if isinstance(value, bool) else str(value))
