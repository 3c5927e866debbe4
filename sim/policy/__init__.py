"""Mixes: how they are spelt, which instruments they hold, and a mix made ready to run."""
