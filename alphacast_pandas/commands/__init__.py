"""The commands of ``alphacast-pandas``: a file for each, or for those that share what they do."""
