"""Files as bytes: tables, papers and drawings. It knows no feature, no database and no chat."""
