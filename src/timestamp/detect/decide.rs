//! Chooses a log's time format by what the examined lines have in common.
//!
//! The form that reads the most lines wins; among equals, the one nearest the start of the line.
//! Forms that read the same lines as different days cause an error rather than a guess.

use jiff::tz::TimeZone;

use super::super::form::TimeForm;
use super::super::form::entry_start::EntryStart;
use super::super::form::location::TimeLocation;
use super::super::notation::Notation;
use super::super::notation::civil::{DateStyle, Order};
use super::super::notation::dated::{Civil, FirstPart};
use super::super::notation::gaps::CMTRACE;
use super::super::stamp::DAY;
use super::detector::FormatDetector;
use super::refusal::Refusal;
use super::tally::FormTally;

/// The longest time between two entries, in seconds, if a log is written all the time.
const STEADY_GAP: i64 = 6 * 3600;

/// The longest time, in seconds, between a log's last entry and its last change, if the entry was
/// written then. An hour of it is for summer time.
const SHORT_REST: i64 = 2 * 3600;

/// The seconds after a log's last change within which a count of seconds may be a time.
const FAR_FUTURE: i64 = 10 * 365 * DAY;

/// The shortest time, in seconds, by which a log seems to leap if days and months are swapped: a day
/// less than the shortest month.
const MIN_LEAP: i64 = 27 * DAY;

impl FormatDetector<'_> {
    /// Chooses the form that most lines have.
    ///
    /// # Errors
    /// Returns the reason if there is no such form.
    pub fn decide(&self) -> Result<TimeForm, Refusal> {
        let fits: Vec<(&(TimeLocation, Notation), &FormTally)> =
            self.tallies.iter().filter(|(form, tally)| self.is_plausible(form, tally)).collect();
        let max_lines = fits.iter().map(|(_, tally)| tally.lines).max();
        let no_time = || Refusal::NoTime { line: self.first.clone().unwrap_or_default(), examined: self.examined };
        let max_lines = max_lines.ok_or_else(no_time)?;
        // One or two lines may lack a time that the others have.
        let near = |location: &TimeLocation, tally: &FormTally| match location {
            TimeLocation::Column { index: 0, separator: b' ', lead } if !lead.has_letters() => {
                tally.lines * 2 >= max_lines
            }
            _ => tally.lines * 10 >= max_lines * 9,
        };
        let rank = |form: &(TimeLocation, Notation), tally: &FormTally| {
            let bare = !form.1.has_date();
            let location = match &form.0 {
                TimeLocation::After(text) if **text == *b"[" && form.1 != Notation::Uptime => 1,
                TimeLocation::Column { .. } | TimeLocation::Columns(_) => 2,
                TimeLocation::After(_) => 3,
                TimeLocation::Key(_) | TimeLocation::Keys { .. } | TimeLocation::Parts { .. } => 0,
            };
            let shorter = form.1 == Notation::Epoch;
            (bare, tally.offsets / tally.lines, std::cmp::Reverse(tally.lines), tally.backwards, location, shorter)
        };
        let mut near: Vec<_> = fits.into_iter().filter(|(form, tally)| near(&form.0, tally)).collect();
        self.drop_future(&mut near);
        drop_leaps(&mut near);
        near.sort_by_cached_key(|(form, tally)| (rank(form, tally), format!("{form:?}")));
        let &(form, tally) = near.first().ok_or_else(no_time)?;
        let is_unsettled = self.check_ambiguity(form, &near[1..])?;
        let settled = near[1..].iter().filter(|(other, theirs)| {
            other.0 == form.0 && theirs.lines == tally.lines && theirs.backwards == tally.backwards
        });
        let form = settled.fold(form, |best, (other, _)| self.settles(best, other).unwrap_or(best));
        let tally = &self.tallies[form];
        if !form.1.has_date() && self.opening.counts_from_start() && self.hints.format.is_none() {
            return Err(Refusal::SinceStart { line: tally.example.clone() });
        }
        if tally.unclear {
            return Err(Refusal::UnclearZone { line: tally.example.clone() });
        }
        let mut notation = form.1.clone();
        if let Notation::Civil(civil) = &mut notation {
            civil.clock.comma_ends |= tally.commas_differ;
        }
        let zone = tally.region.clone().or_else(|| (self.utc == Some(true)).then_some(TimeZone::UTC));
        let timed = tally.lines + self.lines_with_other_gap(form);
        Ok(TimeForm {
            location: form.0.clone(),
            notation,
            zone,
            heading: None,
            start: EntryStart::default(),
            is_unsettled,
            day: self.day,
            examined: self.unindented.max(timed),
            timed,
            example: tally.example.clone(),
        })
    }

    /// Returns the number of lines that a form reads although they have [`Civil::other_gap`].
    fn lines_with_other_gap(&self, (location, notation): &(TimeLocation, Notation)) -> u64 {
        let Notation::Civil(civil) = notation else { return 0 };
        let other = civil.other_gap().map(|gap| (location.clone(), Notation::Civil(Civil { gap, ..*civil })));
        other.and_then(|other| self.tallies.get(&other)).map_or(0, |tally| tally.lines)
    }

    /// Returns whether another form at the same location reads the same lines, as the same times as
    /// far as known.
    ///
    /// # Errors
    /// Returns an error if another form reads the lines as other times.
    fn check_ambiguity(
        &self,
        form: &(TimeLocation, Notation),
        others: &[(&(TimeLocation, Notation), &FormTally)],
    ) -> Result<bool, Refusal> {
        let tally = &self.tallies[form];
        let mut is_found = false;
        for (other, theirs) in others {
            let same = other.0 == form.0 && theirs.lines == tally.lines && theirs.backwards == tally.backwards;
            if same && self.settles(form, other).is_none() {
                if theirs.first_stamp != tally.first_stamp || theirs.last != tally.last {
                    let formats = [form.1.to_string(), other.1.to_string()];
                    return Err(Refusal::UnclearDate { line: tally.example.clone(), formats });
                }
                is_found = true;
            }
        }
        Ok(is_found)
    }

    /// Drops readings that are later than the log's last change, if another reading at the same
    /// location is not.
    fn drop_future(&self, near: &mut Vec<(&(TimeLocation, Notation), &FormTally)>) {
        let past: Vec<_> = near.iter().filter(|(_, tally)| tally.latest <= self.limit).copied().collect();
        near.retain(|(form, tally)| {
            tally.latest <= self.limit
                || !past.iter().any(|(other, theirs)| other.0 == form.0 && theirs.lines >= tally.lines)
        });
    }

    /// Returns the conventional one of two notations. It prefers a time with a zone or a fraction
    /// to one without, and Spark's and Hadoop's `26/11/21` to other dates with two-digit years.
    fn settles<'f>(
        &self,
        one: &'f (TimeLocation, Notation),
        other: &'f (TimeLocation, Notation),
    ) -> Option<&'f (TimeLocation, Notation)> {
        let (Notation::Civil(a), Notation::Civil(b)) = (&one.1, &other.1) else { return Some(one) };
        let (Some(date), Some(others)) = (a.date, b.date) else {
            return Some(if a.date.is_some() { one } else { other });
        };
        if date == others {
            return Some(one);
        }
        let is_table = |form: &(TimeLocation, Notation)| a.gap != b"|" && self.tallies[form].example.contains('|');
        let prefers = |style: DateStyle, form: &(TimeLocation, Notation)| {
            let level = self.tallies[form]
                .example
                .split_ascii_whitespace()
                .nth(2)
                .is_some_and(|word| matches!(word, "TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR" | "FATAL"));
            style.order == Order::YearMonthDay && (style.separator == 0 || (style.short_year && level))
                || a.gap == CMTRACE && style.order == Order::MonthDayYear
                // dstat's columns have the day before the month; logcat has the month first.
                || style.separator == b'-'
                    && match style.order {
                        Order::DayMonth => is_table(form),
                        Order::MonthDay => !is_table(form),
                        _ => false,
                    }
                // Dates with dots put the day first, in nearly all countries.
                || style.separator == b'.' && style.order == Order::DayMonthYear
        };
        match (prefers(date, one), prefers(others, other)) {
            (true, false) => return Some(one),
            (false, true) => return Some(other),
            _ => {}
        }
        match (self.ends_at_last_change(one), self.ends_at_last_change(other)) {
            (true, false) => Some(one),
            (false, true) => Some(other),
            _ => None,
        }
    }

    /// Returns whether the log, if read in this form, was last written about when it was changed.
    fn ends_at_last_change(&self, form: &(TimeLocation, Notation)) -> bool {
        let since = self.limit.saturating_sub(2 * DAY).saturating_sub(self.tallies[form].latest);
        [0, self.zones.present_offset].iter().any(|offset| (since + offset).abs() <= SHORT_REST)
    }

    /// Returns whether the times are those of which a few messages speak, deep inside the lines.
    fn is_mention(&self, location: &TimeLocation, tally: &FormTally) -> bool {
        let is_deep = match location {
            TimeLocation::After(_) => !location.names_a_time() && !location.is_of_top(),
            TimeLocation::Column { index, separator, .. } => *index >= if *separator == b' ' { 4 } else { 1 },
            TimeLocation::Columns(_) => true,
            TimeLocation::Key(_) | TimeLocation::Keys { .. } | TimeLocation::Parts { .. } => false,
        };
        let is_constant = tally.lines > 2 && tally.changes == 0;
        let is_rare = tally.lines * 10 < self.unindented;
        let is_inner = matches!(location, TimeLocation::Column { index: 1.., .. });
        is_inner && is_constant && is_rare
            || is_deep && tally.lines * 2 < self.unindented && (is_constant || is_rare || tally.latest > self.limit)
    }

    fn is_plausible(&self, form: &(TimeLocation, Notation), tally: &FormTally) -> bool {
        let jumps = tally.lines >= 5 && tally.backwards * 5 > tally.lines;
        let is_given = self.hints.key.is_some() || matches!(form.1, Notation::Format(_));
        if !is_given && self.is_mention(&form.0, tally) {
            return false;
        }
        match &form.1 {
            Notation::Format(_) => true,
            _ if self.hints.key.is_some() => true,
            // A bare time of day is accepted only if most lines have one.
            Notation::Civil(civil) if civil.date.is_none() => {
                // Ratios and results are not in order.
                let disorder = !civil.clock.seconds && !civil.clock.half_day && (jumps || self.minutes > 0);
                tally.lines * 2 > self.unindented && !disorder || form.0.is_of_top()
            }
            Notation::Epoch | Notation::EpochComma => {
                let is_errpt = tally.lines > 1 && tally.errpt_dates == tally.lines;
                // Counters of other units are in the far future.
                let is_future = tally.latest > self.limit.saturating_add(FAR_FUTURE);
                !jumps && !is_errpt && !is_future && tally.lines * 20 >= self.unindented
            }
            Notation::Civil(civil) => {
                // Digits alone may be other numbers.
                let has_digits = civil.date.is_some_and(|date| date.separator == 0 && !date.named);
                let is_turned = civil.first == FirstPart::Clock;
                let digits = has_digits && (is_turned || civil.clock.separator == 0 && civil.gap != b"T");
                let digits = digits && !form.0.names_a_time();
                let inner = !matches!(form.0, TimeLocation::Column { index: 0, .. });
                !(jumps && inner)
                    && tally.lines * if digits { 2 } else { 50 } >= self.unindented
                    && !(civil.date.is_some_and(|date| date.separator == 0) && jumps)
            }
            // Identifiers look like times, but are not in order.
            Notation::Since1601 => tally.backwards == 0 && tally.lines * 10 >= self.unindented * 9,
            Notation::Hexadecimal | Notation::JulianDay => tally.backwards == 0,
            Notation::Traced => tally.lines * 2 > self.unindented,
            // Deep inside a line, such a number may be a duration.
            Notation::Uptime if matches!(form.0, TimeLocation::After(_)) => {
                tally.lines * 2 > self.unindented && tally.backwards == 0
            }
            Notation::Tai | Notation::Uptime | Notation::Elapsed => true,
        }
    }
}

/// Drops readings in which a log rests for a month, if another reading at the same place shows that
/// it was written all the time. At midnight, days and months that are swapped are a month apart.
fn drop_leaps(near: &mut Vec<(&(TimeLocation, Notation), &FormTally)>) {
    let steady: Vec<_> =
        near.iter().filter(|(_, tally)| tally.lines > 2 && tally.longest_gap < STEADY_GAP).copied().collect();
    near.retain(|(form, tally)| {
        tally.longest_gap < MIN_LEAP
            || !steady.iter().any(|(other, theirs)| other.0 == form.0 && theirs.lines >= tally.lines)
    });
}
