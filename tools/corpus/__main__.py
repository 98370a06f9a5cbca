"""`python -m tools.corpus`: checks the corpus, and writes docs/corpus/results.json and docs/corpus.md."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from queuesmith.common.errors import QueuesmithError
from queuesmith.common.printing import counted
from tools.corpus.page import page
from tools.corpus.repositories import Corpus, checkout, read_corpus, verify_checkout
from tools.corpus.results import FolderResult, check_folder, read_results, write_results
from tools.corpus.verdicts import read_verdicts, without_finding
from tools.setup import LOCAL, ROOT

DOCS = ROOT / "docs"
DATA = DOCS / "corpus"


def main(arguments: list[str]) -> int:
    """Check every folder. Exit status 0: the page is written; 2: the list, a verdict or a checkout is not usable."""
    parser = argparse.ArgumentParser(prog="python -m tools.corpus", description=__doc__)
    parser.add_argument("--from", dest="source", metavar="FOLDER", type=Path, help="existing checkouts, as FOLDER/OWNER/NAME")
    parser.add_argument(
        "--page", action="store_true", help="only write the page, from results.json: after a change of verdicts"
    )
    options = parser.parse_args(arguments)
    try:
        corpus, verdicts = read_corpus(DATA / "repositories.toml"), read_verdicts(DATA / "verdicts.csv")
        results = read_results(DATA / "results.json") if options.page else list(_results(corpus, options.source))
    except QueuesmithError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_status
    write_results(results, DATA / "results.json")
    (DOCS / "corpus.md").write_text(page(corpus, results, verdicts), encoding="utf-8")
    for finding in without_finding(results, verdicts):
        print(f"docs/corpus/verdicts.csv: no longer found: {' '.join(finding)}")
    print("docs/corpus.md: written")
    return 0


def _results(corpus: Corpus, source: Path | None) -> Iterator[FolderResult]:
    """Check every folder, and print one line for each. Without `source`, fetch the repositories into .local/corpus."""
    for repository in corpus.repositories:
        folder = (source or LOCAL / "corpus") / repository.name
        if source is None:
            checkout(repository, folder)
        verify_checkout(repository, folder)
        for each in repository.folders:
            result = check_folder(repository, each, folder, corpus.date)
            found = f"{counted(result.pipelines, 'pipeline')}, {counted(len(result.findings), 'finding')}"
            print(f"{repository.name} {each}: {found if result.outcome == 'checked' else result.outcome}", flush=True)
            yield result


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
