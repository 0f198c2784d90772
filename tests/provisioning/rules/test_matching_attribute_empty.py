"""People whom the app cannot be searched for."""

from provisioning.attempts import Step
from provisioning.rules.matching_attribute_empty import matching_attribute_empty
from tests.provisioning.rules.examples import BY_EMPLOYEE
from tests.worlds import failed, healthy, lacking, mapping, schema, unreadable

ROW = failed("ImportSkipped", step=Step.IMPORT)


def test_an_empty_matching_attribute_is_found_before_any_run() -> None:
    found = matching_attribute_empty(lacking("employeeId", schema=BY_EMPLOYEE))
    assert found
    assert (found.step, found.facts["attributes"], found.facts["why"]) == (Step.IMPORT, ("employeeId",), "matching")


def test_a_second_one_that_is_filled_is_enough() -> None:
    two = schema(mappings=(*BY_EMPLOYEE.mappings, mapping("userName", "userPrincipalName", matching_priority=2)))
    assert matching_attribute_empty(lacking("employeeId", schema=two)) is None


def test_the_row_says_it_where_the_schema_could_not_be_read() -> None:
    found = matching_attribute_empty(unreadable("schema", schema=None, log=(ROW,)))
    assert found
    assert found.facts["code"] == "ImportSkipped"


def test_what_was_filled_since_is_history() -> None:
    assert matching_attribute_empty(healthy(schema=BY_EMPLOYEE, log=(ROW,))) is None
    assert matching_attribute_empty(healthy()) is None
    assert matching_attribute_empty(unreadable("person", schema=BY_EMPLOYEE, log=(ROW,))) is None
