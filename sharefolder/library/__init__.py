"""仕様書ライブラリ: specifications to begin from, each a folder with its documents and its records.

Everything lies on the share as plain files: it is there for people with Explorer only, and after this suite.
"""
