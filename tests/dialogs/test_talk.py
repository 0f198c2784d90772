import pytest

from dialogs.talk import CARD_TYPE, MARK, Reply, to_activity


def test_a_card_travels_as_an_attachment_with_the_note_for_the_outbox() -> None:
    card = {"type": "AdaptiveCard"}
    activity = to_activity(Reply(card=card, summary="José", about="case:7", voice="agent"))
    assert activity.text is None
    assert [(a.content_type, a.content) for a in activity.attachments] == [(CARD_TYPE, card)]
    assert activity.summary == "José"
    assert activity.channel_data == {MARK: {"about": "case:7", "voice": "agent"}}


def test_a_text_travels_alone() -> None:
    activity = to_activity(Reply(text="Hello"))
    assert (activity.text, activity.attachments, activity.type) == ("Hello", None, "message")


@pytest.mark.parametrize("parts", [{}, {"text": "a", "card": {}}])
def test_a_reply_is_exactly_one_thing(parts: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="either a text or a card"):
        Reply(**parts)  # type: ignore[arg-type]
