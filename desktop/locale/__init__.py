"""Japanese is the source; ``en/<package>.po`` are the English texts, one file a package, complete."""
