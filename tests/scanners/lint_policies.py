"""Runs in the scanners' environment. Reads policies by name from standard input, prints parliament's findings."""

import json
import sys

from parliament import analyze_policy_string

found = {}
for name, policy in json.load(sys.stdin).items():
    findings = analyze_policy_string(policy, ignore_private_auditors=True).findings
    found[name] = [f"{finding.issue}: {finding.detail}" for finding in findings]
json.dump(found, sys.stdout)
