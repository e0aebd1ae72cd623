"""The sample staff of a realm: their accounts take certificates only, as a prefecture's would."""

STAFF = tuple(f"K{number}" for number in range(100300, 100310))
