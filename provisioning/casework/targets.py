"""Where the lever for one person is."""

from dataclasses import dataclass

from provisioning.evidence import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where the lever is: the job and the rule of its schema that takes single users."""

    job_id: str
    rule_id: str


def target_of(seen: Evidence) -> Target | None:
    """None where there is no job, or no rule of it takes single users."""
    if seen.job is None or seen.schema is None or seen.schema.rule_id is None:
        return None
    return Target(job_id=seen.job.id, rule_id=seen.schema.rule_id)
