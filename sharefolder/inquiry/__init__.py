"""照会・回答: a template workbook to many sections, a board fed by their folders, one collated workbook back.

Everything lies on the share as plain files, so that people who only use Explorer take part.
"""
