import pytest
from django.core.cache import cache

from accounts.enums import RoleCode
from tests.factories import accounts as make


@pytest.fixture(autouse=True)
def fresh_rate_limits(db):
    """Sign-ins are limited by the minute and address; every test begins with none counted."""
    cache.clear()


@pytest.fixture
def party(db):
    return make.contributor("NGA")


@pytest.fixture
def administrator(party):
    return make.member(party, RoleCode.COUNTRY_ADMINISTRATOR)


@pytest.fixture
def browser(administrator, signed_in):
    return signed_in(administrator)


@pytest.fixture
def portal(signed_in):
    return signed_in(make.member(None, RoleCode.PORTAL_ADMINISTRATOR))
