"""Folders of finished runs read as tables."""
