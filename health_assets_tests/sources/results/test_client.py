"""What a storage raises is told; what is no failure of the storage stays what it is."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from health_assets.model.errors import Cause, SourceError
from health_assets.sources.results.client import Directory
from health_assets.sources.results.settings import ResultSettings


class HttpError(Exception):
    """Stands in for gcsfs's, which is no OSError."""


@pytest.fixture
def directory(tmp_path: Path) -> Directory:
    return Directory(ResultSettings(results=str(tmp_path)))


def failing(directory: Directory, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def listing(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(directory._files, "ls", listing)


def test_an_exception_of_a_loaded_backend_is_a_failure_of_the_storage(
    directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "gcsfs.retry", SimpleNamespace(HttpError=HttpError))
    failing(directory, HttpError("503"), monkeypatch)
    with pytest.raises(SourceError, match="HttpError") as caught:
        directory.documents()
    assert Cause.UNREACHABLE is caught.value.cause


def test_a_storage_that_does_not_answer_in_time_is_unreachable(
    directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(directory, TimeoutError(), monkeypatch)
    with pytest.raises(SourceError, match="TimeoutError") as caught:
        directory.documents()
    assert Cause.UNREACHABLE is caught.value.cause


def test_a_bug_is_no_failure_of_the_storage(directory: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(directory, KeyError("name"), monkeypatch)
    with pytest.raises(KeyError):
        directory.documents()
