"""Runs in the scanners' environment: policies by name on standard input, parliament's findings on standard output."""

import json
import sys

from parliament import analyze_policy_string

found = {}
for name, policy in json.load(sys.stdin).items():
    findings = analyze_policy_string(policy, ignore_private_auditors=True).findings
    found[name] = [f"{finding.issue}: {finding.detail}" for finding in findings]
json.dump(found, sys.stdout)
