"""Addresses of APIs: which can be used, and which need no credentials."""

from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator


def is_loopback(url: str) -> bool:
    """True for an address of this machine, such as the sandbox's, which needs no credentials."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def http_address(value: str) -> str:
    """The address without a slash at its end. Raises ValueError; credentials and queries do not belong in it."""
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.username:
        raise ValueError(f"{value!r} is not an http(s) address such as https://api.example.com")
    return value.rstrip("/")


HttpAddress = Annotated[str, AfterValidator(http_address)]
"""A setting that holds the base URL of an API."""
