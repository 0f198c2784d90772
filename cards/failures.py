"""Who is failing, grouped by what they fail over: since when, what was changed right before, whom it concerns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cards import causes
from cards._kit import Block, Card, Tone, cut, execute, facts, heading, listing, make, safe, text, title
from cards._rows import Row, rows_block
from cards.times import distance, instant, instant_and_age
from cards.words import _, ngettext
from provisioning.failing import Cluster, Failures, Happening
from provisioning.model import App, Person

PAGE = 15  # people on a page
MOST_SHOWN = 12  # clusters on one card
_NAME = 40  # characters of what it is over, on a button


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What the cards need beside the failures: the apps by id, and what was changed before each cluster began."""

    app: App | None  # None: all apps together
    apps: Mapping[str, App] = field(default_factory=dict)  # ids in lower case
    before: Mapping[str, Happening] = field(default_factory=dict)  # by cluster

    def name(self, app_id: str) -> str:
        """The app's name, for as long as there is such an app."""
        found = self.apps.get(app_id.lower())
        return found.name if found else _("an app that is gone")


def failures_card(found: Failures, picture: Picture, as_of: datetime) -> Card:
    """Buttons: ``failing_cluster {app, id, page}``, ``show_failures {app}``."""
    said = _said(found, picture)
    rows = [_row(cluster, picture, as_of) for cluster in found.clusters[:MOST_SHOWN]]
    about = {"app": picture.app.id if picture.app else "", "page": "0"}
    lines, actions = rows_block(rows, verb="failing_cluster", key="id", about=about, further=1)
    body = [title(said, Tone.WARNING if found.clusters else Tone.GOOD), *_progress(found, as_of), *lines]
    body += [text(words, subtle=True) for words in _rest(found)]
    read = _("From the provisioning log, which can lag some minutes. Read up to {when}.")
    body.append(text(read.format(when=instant(found.sweep.read_to)), subtle=True, small=True, separator=True))
    refresh = execute(_("Refresh"), "show_failures", {"app": about["app"]})
    return make(body, summary=said, actions=[*actions, refresh])


def cluster_card(
    cluster: Cluster,
    picture: Picture,
    people: Sequence[str],
    names: Mapping[str, Person],
    *,
    page: int,
    as_of: datetime,
) -> Card:
    """One thing that people fail over. Buttons: ``retry_these``, ``failing_cluster``, ``show_failures``."""
    app = picture.name(cluster.app_id)
    said = _("{app}: {who} over the same thing.").format(app=safe(app), who=_who(cluster))
    body = [
        title(said, Tone.WARNING, text(_meaning(cluster)), text(causes.fix(cluster.cause, _facts(cluster)))),
        facts(_figures(cluster, picture, as_of)),
        heading(_("Who")),
        *listing(_names(people, names)),
    ]
    pages = max(1, -(-cluster.count // PAGE))
    if pages > 1:
        body.append(text(_("Page {page} of {pages}.").format(page=page + 1, pages=pages), subtle=True, small=True))
    about = {"app": picture.app.id if picture.app else "", "id": cluster.id}
    turns = [
        execute(words, "failing_cluster", {**about, "page": str(number)})
        for words, number in ((_("Before"), page - 1), (_("Next"), page + 1))
        if 0 <= number < pages
    ]
    retry = execute(_("Retry these …"), "retry_these", about)
    back = execute(_("Back"), "show_failures", {"app": about["app"]})
    return make(body, summary=said, actions=[retry, *turns, back])


def _said(found: Failures, picture: Picture) -> str:
    if not found.clusters:
        if not found.sweep.whole:
            return _("Nobody fails in what I have read so far.")
        if picture.app is None:
            return _("Nobody fails in any app.")
        return _("Nobody fails in {app}.").format(app=safe(picture.app.name))
    things = len(found.clusters) + found.further
    over = ngettext("over {n} thing", "over {n} things", things).format(n=things)
    if picture.app is None:
        apps = len({cluster.app_id for cluster in found.clusters})
        said = ngettext("{n} fails {over}, in {apps} apps.", "{n} fail {over}, in {apps} apps.", found.count)
        return said.format(n=found.count, over=over, apps=apps)
    said = ngettext("{n} fails in {app}, {over}.", "{n} fail in {app}, {over}.", found.count)
    return said.format(n=found.count, app=safe(picture.app.name), over=over)


def _progress(found: Failures, as_of: datetime) -> list[Block]:
    if found.sweep.whole:
        return []
    words = ngettext(
        "The log is long: I have read {n} row, up to {when}. I read on, and this card follows.",
        "The log is long: I have read {n} rows, up to {when}. I read on, and this card follows.",
        found.sweep.rows,
    )
    return [text(words.format(n=found.sweep.rows, when=instant_and_age(found.sweep.read_to, as_of)))]


def _row(cluster: Cluster, picture: Picture, as_of: datetime) -> Row:
    words = [_meaning(cluster).rstrip("."), _("since {when}").format(when=instant_and_age(cluster.since, as_of))]
    if picture.app is None:
        words.insert(0, safe(picture.name(cluster.app_id)))
    if change := picture.before.get(cluster.id):
        words.append(_("right before: {change}").format(change=_change(change, cluster.since)))
    return Row(name=_short(cluster), sign="✗", words="; ".join(words) + ".", id=cluster.id)


def _short(cluster: Cluster) -> str:
    """Short enough for a button."""
    over = ", ".join(cluster.attributes[:3]) or cluster.code or cluster.cause.value
    return _("{who}: {over}").format(who=_who(cluster), over=cut(over, _NAME))


def _who(cluster: Cluster) -> str:
    return ngettext("{n} fails", "{n} fail", cluster.count).format(n=cluster.count)


def _meaning(cluster: Cluster) -> str:
    return causes.meaning(cluster.cause, _facts(cluster))


def _facts(cluster: Cluster) -> dict[str, str | tuple[str, ...]]:
    told: dict[str, str | tuple[str, ...] | None] = {
        "attributes": cluster.attributes,
        "code": cluster.code,
        "detail": cluster.words,
    }
    return {name: fact for name, fact in told.items() if fact}


def _figures(cluster: Cluster, picture: Picture, as_of: datetime) -> list[tuple[str, str]]:
    pairs = [
        (_("Since"), instant_and_age(cluster.since, as_of)),
        (_("Last seen"), instant_and_age(cluster.last, as_of)),
        (_("Failed attempts"), str(cluster.times)),
    ]
    if cluster.next_retry:
        pairs.append((_("Next retry"), instant_and_age(cluster.next_retry, as_of)))
    if cluster.words:
        pairs.append((_("The app says"), safe(cluster.words)))
    if cluster.code:
        pairs.append((_("Code"), safe(cluster.code)))
    change = picture.before.get(cluster.id)
    pairs.append((_("Changed right before"), _change(change, cluster.since) if change else _("nothing that I can see")))
    return pairs


def _change(change: Happening, since: datetime) -> str:
    """What was done, how long before the first failure, by whom: near in time, which proves nothing."""
    what = safe(change.what) if change.what else _("mappings or filters were saved")
    words = _("“{what}” {when}").format(what=what, when=distance(change.at, since))
    return _("{words}, by {who}").format(words=words, who=safe(change.by)) if change.by else words


def _names(people: Sequence[str], names: Mapping[str, Person]) -> list[str]:
    lines = [
        _("{name} ({address})").format(name=safe(names[one].name), address=safe(names[one].upn))
        for one in people
        if one in names
    ]
    gone = len(people) - len(lines)
    if gone:
        lines.append(
            ngettext(
                "{n} that is no account (any more), or a group", "{n} that are no accounts (any more), or groups", gone
            ).format(n=gone)
        )
    return lines


def _rest(found: Failures) -> list[str]:
    words = []
    more = len(found.clusters[MOST_SHOWN:]) + found.further
    if more:
        words.append(
            ngettext("{n} more thing, with fewer people.", "{n} more things, with fewer people.", more).format(n=more)
        )
    in_sync, out = found.noise.get("in_sync", 0), found.noise.get("out", 0)
    if in_sync or out:
        aside = _("Left aside this week, in rows: in sync already {in_sync}, not to be provisioned {out}.")
        words.append(aside.format(in_sync=in_sync, out=out))
    return words
