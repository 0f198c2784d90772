"""The four steps of provisioning one person, each with a sign and a word, so that it reads with the colours off."""

from collections.abc import Sequence

from cards._kit import Block, facts, safe
from cards.voice import Voice
from cards.words import _
from provisioning.attempts import Step, StepReport, Verdict

FOUR = (Step.IMPORT, Step.SCOPING, Step.MATCHING, Step.EXPORT)
LONGEST_REMARK = 160


def steps_block(reports: Sequence[StepReport], voice: Voice) -> Block:
    """Always all four, in the order of the portal: Graph's answers come in any order and may lack some."""
    by_step = {report.step: report for report in reports}
    return facts([(_name(step, voice), _line(by_step.get(step), voice)) for step in FOUR], spacing="Small")


def predicts(reports: Sequence[StepReport]) -> bool:
    """Whether any step was worked out and not tried."""
    return any(report.predicted and report.verdict is not Verdict.UNKNOWN for report in reports)


def verdict_words(verdict: Verdict, *, predicted: bool = False) -> str:
    """How a step or a log row went: sign and word."""
    if predicted:
        expected = {
            Verdict.SUCCESS: _("✓ expected to go well"),
            Verdict.FAILURE: _("✗ expected to fail"),
            Verdict.SKIPPED: _("– expected to be skipped"),
            Verdict.WARNING: _("! expected to go with a warning"),
        }
        return expected.get(verdict, _("? not known"))
    words = {
        Verdict.SUCCESS: _("✓ done"),
        Verdict.FAILURE: _("✗ failed"),
        Verdict.SKIPPED: _("– skipped"),
        Verdict.WARNING: _("! done with a warning"),
    }
    return words.get(verdict, _("? not known"))


def _name(step: Step, voice: Voice) -> str:
    if voice is Voice.AGENT:
        names = {
            Step.IMPORT: _("1 Import"),
            Step.SCOPING: _("2 In scope"),
            Step.MATCHING: _("3 Match"),
            Step.EXPORT: _("4 Act"),
        }
    else:
        names = {
            Step.IMPORT: _("1 Read your data"),
            Step.SCOPING: _("2 Is the app meant for you"),
            Step.MATCHING: _("3 Look for you in the app"),
            Step.EXPORT: _("4 Create or update your account"),
        }
    return names[step]


def _line(report: StepReport | None, voice: Voice) -> str:
    if report is None:
        return verdict_words(Verdict.UNKNOWN)
    words = verdict_words(report.verdict, predicted=report.predicted)
    if voice is Voice.PERSON or not report.text:
        return words
    return f"{words} – {safe(report.text, longest=LONGEST_REMARK)}"
