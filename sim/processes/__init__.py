"""The processes of a quarter: a mechanism a file, or a folder where it has several rules."""
