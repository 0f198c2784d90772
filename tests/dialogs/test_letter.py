"""What is not the question is blanked and every offset stays."""

import pytest

from dialogs.letter import quieted


@pytest.mark.parametrize(
    ("message", "left"),
    [
        ("Maja has no Zoom. Best regards, Aisha Khan", "Maja has no Zoom."),
        ("Maja has no Zoom. Thanks, Aisha", "Maja has no Zoom."),
        ("Maja hat kein Zoom. Viele Grüße Petra", "Maja hat kein Zoom."),
        ("Maja has no Zoom\n--\nTom Miller\nFabrikam", "Maja has no Zoom"),
        ("Maja has no Zoom\n\nSent from my iPhone", "Maja has no Zoom"),
        ("Hi Aisha, Maja has no Zoom", "Maja has no Zoom"),
        (
            "From: Maja <maja@x.example>\nTo: Helpdesk\nSubject: Zoom\n\nI can't get in",
            "Maja <maja@x.example> I can't get in",
        ),
        ("see https://fabrikam.example/zoom for Maja", "see for Maja"),
        ("thanks, what about Maja?", "thanks, what about Maja?"),
        ("Thanks, Aisha", "Thanks, Aisha"),
        ("hi maja can't get in", "hi maja can't get in"),
    ],
)
def test_a_letter_is_reduced_to_its_question(message: str, left: str) -> None:
    quiet = quieted(message)
    assert " ".join(quiet.split()) == left
    assert len(quiet) == len(message)
