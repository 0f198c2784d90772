"""What a wish about news of apps says beside the app: of all of them, once only, loud again, how often.

In every language that the desk understands, together: the grammars have found out by then what is wished for, and no
word below means something else there in another of these languages.
"""

import re

from dialogs.sentence import plain
from provisioning.watching.news import Pace


def _any_of(*words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(' '.join(words).split())})(?!\w)".replace("_", " "))


# Plain words: no accents, no capitals; _ is a space.
_ALL = _any_of(
    "all every everything any alle alles allem",
    "alla allt alt tous toutes tout todos todas todo tudo tutte tutti tutto wszystkie wszystko wszystkich",
)
_ONCE = _any_of(
    "when once until till if whenever as_soon_as wenn sobald falls bis nar tills sa_snart indtil hvornar hvis",
    r"wanneer zodra totdat tot als quand lorsque des_que jusqu\w* cuando hasta en_cuanto quando finche appena",
    "ate assim_que kiedy gdy dopoki az",
)
_WAKE = _any_of(
    r"unmute un-mute unsnooze un-snooze wake\w* laut again wieder\w* weiter\w* igen sluta_tysta stop_med slutt weer",
    r"stop_met_dempen\w* hef enlev\w+ retir\w+ desactiv\w+ deja_de deje_de no_silenci\w+ quita smetti_di",
    r"non_silenzi\w+ riattiva wylacz cofnij przestan para_de pare_de nao_silenci\w+ tira reativa",
)
_MUTE = _any_of(
    r"mute silence stumm\w* tysta daemp\w* demp\w* sourdine silenci\w+ silenzi\w* wycisz\w*",
)
_WEEKLY = _any_of(
    r"week\w* wochentlich\w* woche\w* monday\w* montag\w* vecka veckovis\w* uge ugentlig\w* uke ukentlig\w*",
    r"wekelijks\w* semaine hebdomadaire semana\w* settiman\w* tydzien tygodni\w* cotygodniow\w*",
)
_AT_ONCE = _any_of(
    "off no stop cancel at_once immediately kein keine aus sofort end now",
    "av$ ingen inget stang_av fra$ af$ intet uit geen pas_de plus_de aucun desactive desactivez arrete arretez",
    "sin ningun no_mas desactivado desactive desactiva quita nessun niente basta disattivato disattiva disattivare",
    "bez wylacz zadnych sem nenhum chega_de desativado desativa desative desligado desliga desligue",
)


def names_all(words: str) -> bool:
    """Whether all apps are meant."""
    return _ALL.search(plain(words)) is not None


def is_once(words: str) -> bool:
    """Whether it is about one event: when, as soon as, until."""
    return _ONCE.search(plain(words)) is not None


def is_loud_again(words: str) -> bool:
    """Whether a hush is to end."""
    return _WAKE.search(plain(words)) is not None


def has_no_end(words: str) -> bool:
    """Whether a hush is to last until somebody says otherwise."""
    return _MUTE.search(plain(words)) is not None


def pace_in(words: str) -> Pace:
    """How often news are told; daily where nothing else is said."""
    said = plain(words)
    if _AT_ONCE.search(said):
        return Pace.AT_ONCE
    return Pace.WEEKLY if _WEEKLY.search(said) else Pace.DAILY
