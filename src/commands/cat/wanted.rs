//! What of each file is to be printed, and how: the command line resolved.

use jiff::tz::TimeZone;

use super::transform::{Numbered, Show, Transform};
use crate::cli::cat::Args;
use crate::cli::range::Selection;
use crate::select::shard::Shard;
use crate::timestamp::Period;

/// Which part of each input is wanted.
#[derive(Clone, Debug)]
pub(super) enum Wanted {
    All,
    Lines(Selection),
    Bytes(Selection),
    /// The zone is that of times which name none.
    Period(Period, TimeZone),
    Shard(Shard),
}

impl Wanted {
    pub fn new(args: &Args) -> anyhow::Result<Wanted> {
        if !args.lines.is_empty() {
            return Ok(Wanted::Lines(Selection::new(args.lines.clone())));
        }
        if !args.bytes.is_empty() {
            return Ok(Wanted::Bytes(Selection::new(args.bytes.clone())));
        }
        if let Some(shard) = args.shard {
            return Ok(Wanted::Shard(shard));
        }
        let period = crate::app::config::period(args.since.as_deref(), args.until.as_deref())?;
        Ok(period.map_or(Wanted::All, |(period, zone)| Wanted::Period(period, zone)))
    }
}

/// The display options, the combined ones taken apart.
pub(super) fn transform(args: &Args) -> Transform {
    let nonprinting = args.show_nonprinting || args.show_all || args.ends_and_nonprinting || args.tabs_and_nonprinting;
    Transform {
        number: match (args.number_nonblank, args.number) {
            (true, _) => Numbered::Nonblank,
            (false, true) => Numbered::All,
            (false, false) => Numbered::None,
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
