"""``python -m tests.understanding [FOLDER] [-v]``: the score of each class; with -v also what was not understood."""

import sys
from itertools import groupby
from pathlib import Path

from tests.understanding.score import HERE, share, utterances


def main(arguments: list[str]) -> None:
    """Print the table."""
    folders = [Path(argument) for argument in arguments if not argument.startswith("-")]
    lines = list(utterances(*folders[:1]) if folders else utterances(HERE))
    for (table, group), some in groupby(lines, key=lambda line: (line.table, line.group)):
        mine = list(some)
        print(f"{share(mine):7.1%}  {len(mine):4}  {table}: {group}")
        for line in mine if "-v" in arguments else ():
            if wrong := line.wrong():
                told = ", ".join(f"{key} {seen!r} instead of {wanted!r}" for key, (wanted, seen) in wrong.items())
                print(f"             {line.case['say']!r}: {told}")
    quiet = [line for line in lines if line.must_not_act]
    print(f"{share(lines):7.1%}  {len(lines):4}  in all")
    print(f"{sum(line.acts() for line in quiet):7}  of {len(quiet)} that must not act were taken for a command")


main(sys.argv[1:])
