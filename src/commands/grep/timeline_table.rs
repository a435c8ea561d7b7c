//! The counts of `--timeline` in rows, and their labels.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::timeline::{POSITION_UNIT, SECOND};

/// Counts in rows of one width, by time or by the offset in a file without times.
#[derive(Debug)]
pub(super) struct CountTable {
    /// The file, if its lines are counted by their offsets.
    pub file: Option<String>,
    /// The start of each row, in the unit of `axis`, and its count.
    pub rows: Vec<(i64, u64)>,
    /// The width of a row, in the unit of `axis`.
    pub width: i64,
    pub axis: Axis,
}

/// The quantity by which the rows of a table are divided.
#[derive(Clone, Debug)]
pub(super) enum Axis {
    /// Microseconds on a clock that is ahead of UTC by this many seconds, shown in this zone.
    Time(i64, TimeZone),
    /// Units of [`POSITION_UNIT`] bytes.
    Offset,
}

impl CountTable {
    /// Returns the label of a row, in a short human-readable form.
    pub fn label(&self, position: i64, is_for_people: bool) -> String {
        let Axis::Time(offset, zone) = &self.axis else { return (position as u64 * POSITION_UNIT).to_string() };
        let format = match (is_for_people, self.width) {
            (false, ..SECOND) => "%Y-%m-%dT%H:%M:%S%.6f%:z",
            (false, _) => "%Y-%m-%dT%H:%M:%S%:z",
            (true, ..SECOND) => "%Y-%m-%d %H:%M:%S%.3f",
            (true, width) if width % (60 * SECOND) != 0 => "%Y-%m-%d %H:%M:%S",
            (true, width) if width % (86_400 * SECOND) != 0 => "%Y-%m-%d %H:%M",
            (true, _) => "%Y-%m-%d",
        };
        let time = Timestamp::from_microsecond(position - offset * SECOND).unwrap_or(Timestamp::MIN);
        time.to_zoned(zone.clone()).strftime(format).to_string()
    }
}
