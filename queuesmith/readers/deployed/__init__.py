"""A deployed worker as the rules' `Pipeline`, from AWS's answers: what the caller may not read is `Unknown`."""
