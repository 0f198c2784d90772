import pytest

from tests.dialogs.desk import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def channel() -> Desk:
    return Desk(kind="channel", conversation="19:team")
