"""Many replicates: what is to be run, and running it in chunks on disk."""
