"""What `queuesmith check` found, written for a person, a script, a code host or a build log."""
