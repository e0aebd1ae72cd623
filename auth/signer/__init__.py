"""The signer: a process and a key of its own; it never sees a face. A statement in, a certificate out."""
