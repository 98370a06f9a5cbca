"""Set-up, lock files and generated pages: what a checkout needs and the wheel does not."""
