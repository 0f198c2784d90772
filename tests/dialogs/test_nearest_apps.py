"""Which apps are offered where the one that was named is not known: those that could be meant, or all of them."""

import pytest

from dialogs.naming import nearest_apps
from provisioning.model import App

APPS = [App(id=name, app_id=name, name=name) for name in ("Zoom", "HubSpot", "Notion", "AskCody", "Figma")]


@pytest.mark.parametrize(("words", "name"), [("AskKodi", "AskCody"), ("hub spott", "HubSpot"), ("Zom", "Zoom")])
def test_a_misspelt_name_leads(words: str, name: str) -> None:
    assert nearest_apps(words, APPS)[0].name == name


@pytest.mark.parametrize("words", ["Photoshopp", "Salesforce", "SAP"])
def test_where_nothing_comes_close_nothing_is_guessed(words: str) -> None:
    assert [app.name for app in nearest_apps(words, APPS)] == ["AskCody", "Figma", "HubSpot", "Notion", "Zoom"]
