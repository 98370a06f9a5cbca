"""An independent check of the policy rules: brute-force evaluation by AWS's documented logic over a small set of requests.
It shares no code with the rules.
"""
