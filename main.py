"""The CDKTF app: one stack for each environment in config/. `ENVIRONMENTS=dev,staging` limits it to those."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def main() -> int:
    """Judge the settings, then synthesize. Exit status 0, or 2 where the settings cannot be used; nothing is written then."""
    output = Path(os.environ.get("CDKTF_OUTDIR", ROOT / "cdktf.out")).absolute()
    os.chdir(ROOT)  # paths in the settings are relative to the project's folder
    from stacks.configuration import environment_names, load
    from stacks.judgement import judge_environment

    only = [name for name in os.environ.get("ENVIRONMENTS", "").replace(",", " ").split() if name]
    configuration = load(Path("config"), only)
    verdicts = [judge_environment(environment) for environment in configuration.environments.values()]
    for warning in (text for verdict in verdicts for text in verdict.warnings):
        print(f"warning: {warning}", file=sys.stderr)
    errors = [*configuration.problems, *(text for verdict in verdicts for text in verdict.errors)]
    for error in sorted(errors, key=lambda text: text.split(":")[0]):  # by environment; in their own order within it
        print(f"error: {error}", file=sys.stderr)
    if errors:
        print(f"{len(errors)} error{'s' * (len(errors) > 1)} in the settings; nothing was written.", file=sys.stderr)
        return 2

    from stacks.synthesis import synthesize

    settings = {name: environment.settings for name, environment in configuration.environments.items()}
    synthesize(settings, output, keep=set(environment_names(Path("config"))))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("Interrupted; the previous output is as it was.")
