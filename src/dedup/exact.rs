//! Exact duplicates on normalised text: case, white space and Unicode forms of spaces do not count.
