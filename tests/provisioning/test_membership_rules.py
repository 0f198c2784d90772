"""Rules of dynamic groups, judged against one person."""

import pytest

from provisioning.membership_rules import fits
from tests.worlds import jose


@pytest.mark.parametrize(
    ("rule", "verdict"),
    [
        ('user.department -eq "Sales"', True),
        ('(user.department -eq "sales")', True),
        ('user.department -ne "Sales"', False),
        ('user.country -in ["ES", "PT"]', True),
        ('user.country -notIn ["ES", "PT"]', False),
        ('user.jobTitle -startsWith "Account"', True),
        ('user.jobTitle -contains "manager"', True),
        ('user.jobTitle -notContains "manager"', False),
        ('(user.department -eq "Sales") -and (user.country -eq "SE")', False),
        ('(user.department -eq "HR") -or (user.country -eq "ES")', True),
        ('not (user.department -eq "HR")', True),
        ("user.accountEnabled -eq true", True),
        ("user.mail -ne null", True),
        ("user.mail -eq null", False),
        # what cannot be told is not told
        ('user.costCentre -eq "7"', None),
        ('(user.costCentre -eq "7") -and (user.department -eq "HR")', False),
        ('user.department -match "S.*"', None),
        ('device.displayName -eq "x"', None),
        ('Direct Reports for "62e19b97"', None),
        ('user.department -eq "Sales" user', None),
        ("", None),
        ("((((", None),
        ("x" * 4000, None),
    ],
)
def test_a_rule_is_judged_or_left_alone(rule: str, verdict: bool | None) -> None:
    assert fits(rule, jose()) is verdict
