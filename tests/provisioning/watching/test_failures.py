"""A spike is one against the app's own normal; with too little seen, nothing is said."""

from collections.abc import Sequence

import pytest

from provisioning.watching.failures import ENOUGH, LEAST_MORE, normal
from provisioning.watching.looking import look
from provisioning.watching.news import Phase, Sight, Topic, Window
from tests import worlds
from tests.provisioning.watching.sights import HOUR, days, sight

CALM = (3, 4, 2, 3, 5, 3, 4, 3, 2, 4)


def news_of(*sights: Sight) -> list[Phase]:
    """Of failures, over several looks."""
    known, told = None, []
    for one in sights:
        known, news = look(known, one)
        told += [each.phase for each in news if each.topic is Topic.FAILURES and not each.first]
    return told


def seen(now: int, past: Sequence[int] = CALM, **changes: object) -> Sight:
    return sight(windows=days(now, *past), **changes)  # type: ignore[arg-type]


def test_what_is_usual_is_the_middle_of_the_days_whatever_a_bad_day_was_like() -> None:
    for past in (CALM, (*CALM[:-1], 4000)):
        usual = normal(days(0, *past))
        assert usual is not None
        assert (usual.usual, usual.days) == (3, len(CALM))


@pytest.mark.parametrize(("now", "told"), [(3 + LEAST_MORE - 1, []), (3 + LEAST_MORE, [Phase.BEGUN])])
def test_few_more_are_no_spike_however_many_times_the_usual_that_is(now: int, told: list[Phase]) -> None:
    assert news_of(seen(3), seen(now)) == told


@pytest.mark.parametrize(("now", "told"), [(299, []), (300, [Phase.BEGUN])])
def test_where_many_fail_every_day_three_times_as_many_are_one(now: int, told: list[Phase]) -> None:
    past = (100, 101, 99, 100, 100, 101, 99, 100)
    assert news_of(seen(100, past), seen(now, past)) == told


def test_where_days_differ_much_a_spike_is_beyond_their_ups_and_downs() -> None:
    usual = normal(days(0, *(10, 50, 90) * 4))
    assert usual is not None
    assert usual.spike == 50 + 6 * 40


def test_with_less_than_a_week_of_days_nothing_is_said_and_the_first_figure_is_no_news() -> None:
    short = CALM[: ENOUGH - 1]
    assert news_of(seen(3, short), seen(4000, short)) == []
    assert news_of(seen(3, short), seen(4000), seen(4000)) == []


def test_days_in_which_the_desk_saw_few_cycles_do_not_count() -> None:
    windows = [*days(4000, *CALM[: ENOUGH - 1]), *([Window(cycles=3, failed=0)] * 20)]
    assert normal(windows) is None


def test_it_is_over_half_the_way_down_and_only_by_a_day_that_was_seen() -> None:
    begun = [seen(3), seen(40)]
    assert news_of(*begun, seen(9)) == [Phase.BEGUN], "not yet"
    blind = sight(windows=[Window(cycles=1, failed=0), *days(0, *CALM)[1:]])
    assert news_of(*begun, blind) == [Phase.BEGUN], "the desk was away: unknown is not over"
    assert news_of(*begun, seen(5)) == [Phase.BEGUN, Phase.OVER]


def test_what_was_usual_before_a_long_spike_decides_its_end() -> None:
    long = [seen(40, (40,) * n + CALM) for n in range(1, 20)]
    assert news_of(seen(3), seen(40), *long) == [Phase.BEGUN]
    assert news_of(seen(3), seen(40), *long, seen(4, (40,) * 19)) == [Phase.BEGUN, Phase.OVER]


def test_a_first_cycle_looks_at_everybody_and_is_no_spike() -> None:
    job = worlds.job(first_steady=None)
    assert news_of(seen(3), seen(4000, job=job, later=HOUR)) == []


def test_without_figures_nothing_is_known() -> None:
    assert news_of(seen(3), seen(40), sight(windows=None)) == [Phase.BEGUN]
