"""The figures: how each is drawn. Which of them a study has is said in ``gallery``."""
