"""Small, complete examples. README.md beside this file says what each is about."""
