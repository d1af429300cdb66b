"""The commands of ``alphacast-pandas``; they use what ``import alphacast_pandas`` gives users."""
