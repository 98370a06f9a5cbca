"""More handlers: workers in their own folders, as a project adds them, and one that crashes on purpose."""
