"""Attribute names."""

import pytest

from provisioning.messages.attributes import attributes_in, directory_name, fold


@pytest.mark.parametrize(
    ("target", "directory"),
    [
        ("name.familyName", "surname"),
        ("namefamilyName", "surname"),
        ("name.givenName", "givenName"),
        ("namegivenName", "givenName"),
        ("userName", "userPrincipalName"),
        ('emails[type eq "work"].value', "mail"),
        ('emails[type eq "work"]value', "mail"),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "department"),
        ("urnietfparamsscimschemasextensionenterprise20Userdepartment", "department"),
        ("urn:ietf:params:scim:schemas:core:2.0:User:name.familyName", "surname"),
        ("title", "jobTitle"),
        ("SOMETHING_ELSE", None),
    ],
)
def test_target_names_become_the_directorys(target: str, directory: str | None) -> None:
    assert directory_name(target) == directory


@pytest.mark.parametrize(
    ("words", "directories"),
    [
        ("Required property 'familyName' not found", ["surname"]),
        ('emails[type eq "work"].value is required', ["mail"]),
        ("REQUIRED_FIELD_MISSING: Required fields are missing: [LastName, Email]", ["surname", "mail"]),
        ("First name and last name must be given", ["givenName", "surname"]),
        ("The e-mail address is missing", ["mail"]),
        ("userName, user name, USERNAME", ["userPrincipalName"]),
        ("The 'department' attribute is empty", ["department"]),
        ("Ask your department or the title owner whether he is active", []),
        ("nothing of the kind", []),
        ("", []),
    ],
)
def test_texts_name_attributes_in_their_own_order(words: str, directories: list[str]) -> None:
    assert [naming.directory for naming in attributes_in(words)] == directories


def test_the_apps_own_spelling_is_kept_beside() -> None:
    assert [naming.target for naming in attributes_in("name.familyName is null")] == ["name.familyName"]


def test_folding_keeps_what_spellings_share() -> None:
    assert fold('emails[type eq "work"].value') == fold("emails[type eq work]value")
    assert fold("urn:ietf:params:scim:schemas:core:2.0:User") != ""
