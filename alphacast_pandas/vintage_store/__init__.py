"""The folder in which vintages are kept: blocks of rows, contents, and one record a look."""
