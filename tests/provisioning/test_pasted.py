"""Reading pasted lists: every usual way to write one, and nothing guessed."""

import pytest

from provisioning.pasted import addresses_in, list_in, people_in


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("José García, Olle Svensson", ("José García", "Olle Svensson")),
        ("José García; Olle Svensson", ("José García", "Olle Svensson")),
        ("José García\nOlle Svensson\r\nMaja Lind", ("José García", "Olle Svensson", "Maja Lind")),
        ("1. José García\n2) Olle Svensson\n- Maja Lind", ("José García", "Olle Svensson", "Maja Lind")),
        ("José, Olle and Maja Lind", ("José", "Olle", "Maja Lind")),
        ("José, Olle, and Maja", ("José", "Olle", "Maja")),
        ("a@x.example b@x.example", ("a@x.example", "b@x.example")),
        ("José García <jose@x.example>; Olle <olle@x.example>", ("jose@x.example", "olle@x.example")),
        ('"García, José" <jose@x.example>', ("jose@x.example",)),
        ("José\nJosé\n\n  José  ", ("José",)),
        ("", ()),
        (" ,;\n- \n", ()),
    ],
)
def test_a_list_is_read_as_people_write_it(text: str, people: tuple[str, ...]) -> None:
    assert people_in(text) == people


def test_a_table_is_read_by_its_header() -> None:
    table = "Display name,UserPrincipalName,Department\nJosé García,jose@x.example,Sales\nOlle,olle@x.example,IT"
    assert people_in(table) == ("jose@x.example", "olle@x.example")


def test_a_table_of_excel_has_semicolons_and_a_mark_before_its_first_letter() -> None:
    assert people_in("\ufeffE-Mail;Name\r\njose@x.example;José\r\n") == ("jose@x.example",)


def test_a_quoted_cell_keeps_its_comma() -> None:
    assert people_in('Name,Office\n"García, José",Oslo\n') == ("García, José",)


def test_a_row_without_an_address_is_known_by_its_next_column() -> None:
    assert people_in("mail,name\njose@x.example,José\n,Olle Svensson") == ("jose@x.example", "Olle Svensson")


def test_first_and_last_name_in_two_columns_are_one_name() -> None:
    assert people_in("First name\tLast name\nJosé\tGarcía") == ("José García",)


def test_a_header_alone_names_nobody() -> None:
    assert people_in("userPrincipalName\n") in {(), ("userPrincipalName",)}
    assert people_in("name\n\n") != ("José",)


def test_a_whole_sentence_is_nobodys_name() -> None:
    assert people_in("x" * 200) == ()


@pytest.mark.parametrize(
    ("message", "list_"),
    [
        ("provision these in AskCody: José, Olle", " José, Olle"),
        ("provision these in AskCody\nJosé\nOlle", "José\nOlle"),
        ("name,mail\nJosé,a@x.example", "name,mail\nJosé,a@x.example"),
        ("provision José in AskCody", ""),
        ("note: José", ""),
    ],
)
def test_the_list_of_a_message_stands_after_its_colon_or_its_first_line(message: str, list_: str) -> None:
    assert list_in(message) == list_


def test_addresses_are_found_anywhere_each_once() -> None:
    text = "please a@x.example and (b@x.example), a@x.example."
    assert addresses_in(text) == ("a@x.example", "b@x.example")
