"""The command line: what is typed, composed and told."""
