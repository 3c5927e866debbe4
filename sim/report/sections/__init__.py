"""The sections of the report: what each says, in words and tables."""
