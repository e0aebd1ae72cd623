"""The office-wide shared folder: browse, transfer, search, inquiries. No Qt; knows nobody but core."""
