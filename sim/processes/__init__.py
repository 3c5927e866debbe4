"""The processes of a quarter: one mechanism per file, none of which calls another."""
