"""A second opinion on policies: AWS's evaluation by brute force over a small universe of requests. No code of the rules."""
