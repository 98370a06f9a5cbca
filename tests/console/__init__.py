"""`queuesmith console` in Chromium, against the emulator (`make test-project`)."""
