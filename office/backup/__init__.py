"""The whole office in one folder: taken while everybody works, sealed, rehearsed, put back as a whole."""
