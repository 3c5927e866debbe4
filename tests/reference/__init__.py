"""The model's firm-level rules told once more, as plainly as Mesa allows: see ``city``."""
