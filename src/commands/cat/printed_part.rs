//! Resolves the command line into the part of each file to print, and its display form.

use std::ffi::OsStr;

use super::transform::{Numbering, Show, Transform};
use crate::cli::cat::CatArgs;
use crate::cli::range::{Around, Selection, UnitRange, parse_count};
use crate::io::ListReader;
use crate::select::PeriodSearch;
use crate::select::shard::Shard;

/// The part of each input that is printed.
#[derive(Clone, Debug)]
pub(super) enum PrintedPart {
    All,
    /// Lines, and the byte that ends each of them.
    Lines(Selection, u8),
    Bytes(Selection),
    Period(Box<PeriodSearch>),
    Shard(Shard),
    Around(Around),
}

impl PrintedPart {
    pub fn new(args: &CatArgs) -> anyhow::Result<PrintedPart> {
        let period = crate::app::config::times(&args.times)?;
        if !args.lines.is_empty() || args.lines_from.is_some() {
            let mut ranges = args.lines.clone();
            if let Some(list) = &args.lines_from {
                ranges.extend(ranges_in(list)?);
            }
            return Ok(PrintedPart::Lines(Selection::new(ranges), if args.null_data { 0 } else { b'\n' }));
        }
        if let Some(around) = args.around_byte {
            return Ok(PrintedPart::Around(around));
        }
        if !args.bytes.is_empty() {
            return Ok(PrintedPart::Bytes(Selection::new(args.bytes.clone())));
        }
        if let Some(shard) = args.shard {
            return Ok(PrintedPart::Shard(shard.into()));
        }
        Ok(period.map_or(PrintedPart::All, |search| PrintedPart::Period(Box::new(search))))
    }
}

impl PrintedPart {
    /// Returns whether nothing is printed of any input, as with `head -n 0`.
    pub fn is_nothing(&self) -> bool {
        matches!(self, PrintedPart::Lines(selection, _) | PrintedPart::Bytes(selection) if selection.is_empty())
    }

    /// Returns whether any of the requested lines or bytes are counted from the end.
    pub fn is_from_end(&self) -> bool {
        match self {
            PrintedPart::Lines(selection, _) | PrintedPart::Bytes(selection) => selection.first_from_start().is_none(),
            _ => false,
        }
    }

    /// Returns whether a range has a step, in which case it is not a contiguous span.
    pub fn has_steps(&self) -> bool {
        matches!(self, PrintedPart::Lines(selection, _) | PrintedPart::Bytes(selection) if selection.has_steps())
    }
}

/// Reads the ranges listed in a file, separated by white space.
fn ranges_in(list: &OsStr) -> anyhow::Result<Vec<UnitRange>> {
    let name = || crate::output::escape_name(list);
    let failed = |error| anyhow::anyhow!("{}: {}", name(), crate::os::error_text(&error));
    let mut lines = ListReader::open(list).map_err(failed)?;
    let mut ranges = Vec::new();
    while let Some((number, line)) = lines.next_line().map_err(failed)? {
        for word in String::from_utf8_lossy(line).split_whitespace() {
            let range = UnitRange::parse(word, parse_count);
            ranges
                .push(range.map_err(|error| anyhow::anyhow!("{}:{number}: invalid range '{word}': {error}", name()))?);
        }
    }
    Ok(ranges)
}

/// Returns the display options, with combined ones such as `-A` expanded.
pub(super) fn transform(args: &CatArgs) -> Transform {
    let nonprinting = args.show_nonprinting || args.show_all || args.ends_and_nonprinting || args.tabs_and_nonprinting;
    Transform {
        number: match (args.number_nonblank, args.number) {
            (true, _) => Numbering::Nonblank,
            (false, true) => Numbering::All,
            (false, false) => Numbering::None,
        },
        squeeze: args.squeeze_blank,
        ends: args.show_ends || args.show_all || args.ends_and_nonprinting,
        tabs: args.show_tabs || args.show_all || args.tabs_and_nonprinting,
        show: match (args.sanitize, nonprinting) {
            (true, _) => Show::Sanitized,
            (false, true) => Show::Nonprinting,
            (false, false) => Show::Raw,
        },
    }
}
