//! The formats of hexdump(1): `-e FORMAT`, `--format-file FILE`, and displays `-b -c -C -d -o -x
//! -X`.
//!
//! `parse` turns text into units, and `view` uses them to print rows, with the conversions of
//! `printf`. Many rows without colours are printed by the steps of a `plan`. Nothing here reads a
//! file.

mod colour;
mod conversion;
mod parse;
mod plan;
mod view;

pub use parse::Formats;
pub use view::{
    CANONICAL, FormatView, ONE_BYTE_CHAR, ONE_BYTE_HEX, ONE_BYTE_OCTAL, PLAIN_HEX, TWO_BYTES_DECIMAL, TWO_BYTES_HEX,
    TWO_BYTES_OCTAL,
};
