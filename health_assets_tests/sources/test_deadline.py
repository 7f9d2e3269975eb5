import threading

import pytest

from health_assets.model.errors import Cause, SourceError
from health_assets.sources.deadline import run_within


def test_work_that_returns_in_time_gives_its_result():
    assert run_within(5, lambda: 42, what="counting") == 42


def test_work_that_never_returns_is_given_up():
    never = threading.Event()
    with pytest.raises(SourceError, match="reading: gave up after 0 s") as caught:
        run_within(0.05, never.wait, what="reading")
    never.set()
    assert caught.value.cause is Cause.DEADLINE


def test_what_the_work_raises_is_raised_here():
    def work():
        raise TimeoutError("of its own")

    with pytest.raises(TimeoutError, match="of its own"):
        run_within(5, work, what="failing")
