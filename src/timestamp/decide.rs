//! Decides on a log's time format by what the examined lines have in common.
//!
//! The form that reads the most lines wins; among equals, the one nearest the start of the line.
//! Forms that read the same lines as different days cause an error rather than a guess.

use jiff::tz::TimeZone;

use super::civil::{DateStyle, Order};
use super::dated::First;
use super::detector::{FormTally, FormatDetector};
use super::form::TimeForm;
use super::gaps::CMTRACE;
use super::notation::Notation;
use super::place::TimePlace;
use super::refusal::Refusal;

impl FormatDetector<'_> {
    /// Decides on the form of most lines.
    ///
    /// # Errors
    /// Returns the reason if there is no such form.
    pub fn decide(&self) -> Result<TimeForm, Refusal> {
        let fits: Vec<(&(TimePlace, Notation), &FormTally)> =
            self.seen.iter().filter(|(form, seen)| self.is_plausible(form, seen)).collect();
        let most = fits.iter().map(|(_, seen)| seen.lines).max();
        let no_time = || Refusal::NoTime { line: self.first.clone().unwrap_or_default(), looked: self.looked };
        let most = most.ok_or_else(no_time)?;
        // One or two lines may lack a time that the others have.
        let near = |place: &TimePlace, seen: &FormTally| match place {
            TimePlace::Column { index: 0, separator: b' ', .. } => seen.lines * 2 >= most,
            _ => seen.lines * 10 >= most * 9,
        };
        let rank = |form: &(TimePlace, Notation), seen: &FormTally| {
            let bare = !form.1.has_date();
            let place = match &form.0 {
                TimePlace::After(text) if **text == *b"[" => 1,
                TimePlace::Column { .. } => 2,
                TimePlace::After(_) => 3,
                TimePlace::Key(_) | TimePlace::Keys { .. } => 0,
            };
            let shorter = form.1 == Notation::Epoch;
            (bare, seen.offsets / seen.lines, std::cmp::Reverse(seen.lines), seen.backwards, place, shorter)
        };
        let mut near: Vec<_> = fits.into_iter().filter(|(form, seen)| near(&form.0, seen)).collect();
        self.leave_out_future(&mut near);
        near.sort_by_cached_key(|(form, seen)| (rank(form, seen), format!("{form:?}")));
        let &(form, seen) = near.first().ok_or_else(no_time)?;
        let is_unsettled = self.find_other_reading(form, &near[1..])?;
        let settled = near[1..].iter().filter(|(other, theirs)| {
            other.0 == form.0 && theirs.lines == seen.lines && theirs.backwards == seen.backwards
        });
        let form = settled.fold(form, |best, (other, _)| self.settles(best, other).unwrap_or(best));
        let seen = &self.seen[form];
        if seen.unclear {
            return Err(Refusal::UnclearZone { line: seen.example.clone() });
        }
        let mut notation = form.1.clone();
        if let Notation::Civil(civil) = &mut notation {
            civil.clock.comma_ends |= seen.commas_differ;
        }
        let zone = seen.region.clone().or_else(|| (self.utc == Some(true)).then_some(TimeZone::UTC));
        Ok(TimeForm {
            place: form.0.clone(),
            notation,
            zone,
            heading: None,
            is_unsettled,
            day: self.day,
            looked: self.outer.max(seen.lines),
            timed: seen.lines,
            example: seen.example.clone(),
        })
    }

    /// Returns whether another form at the same place reads the same lines, as the same times as
    /// far as known.
    ///
    /// # Errors
    /// Returns an error if it reads them as other times.
    fn find_other_reading(
        &self,
        form: &(TimePlace, Notation),
        others: &[(&(TimePlace, Notation), &FormTally)],
    ) -> Result<bool, Refusal> {
        let seen = &self.seen[form];
        let mut is_found = false;
        for (other, theirs) in others {
            let same = other.0 == form.0 && theirs.lines == seen.lines && theirs.backwards == seen.backwards;
            if same && self.settles(form, other).is_none() {
                if theirs.first_stamp != seen.first_stamp || theirs.last != seen.last {
                    let formats = [form.1.to_string(), other.1.to_string()];
                    return Err(Refusal::UnclearDate { line: seen.example.clone(), formats });
                }
                is_found = true;
            }
        }
        Ok(is_found)
    }

    /// Drops readings that are later than the log's last change, if another reading at the same
    /// place is not.
    fn leave_out_future(&self, near: &mut Vec<(&(TimePlace, Notation), &FormTally)>) {
        let past: Vec<_> = near.iter().filter(|(_, seen)| seen.latest <= self.limit).copied().collect();
        near.retain(|(form, seen)| {
            seen.latest <= self.limit
                || !past.iter().any(|(other, theirs)| other.0 == form.0 && theirs.lines >= seen.lines)
        });
    }

    /// Returns the conventional one of two notations. It prefers a time with a zone or a fraction
    /// to one without, and Spark's and Hadoop's `26/11/21` to other dates with two-digit years.
    fn settles<'f>(
        &self,
        one: &'f (TimePlace, Notation),
        other: &'f (TimePlace, Notation),
    ) -> Option<&'f (TimePlace, Notation)> {
        let (Notation::Civil(a), Notation::Civil(b)) = (&one.1, &other.1) else { return Some(one) };
        let (Some(date), Some(others)) = (a.date, b.date) else {
            return Some(if a.date.is_some() { one } else { other });
        };
        if date == others {
            return Some(one);
        }
        let prefers = |style: DateStyle, form: &(TimePlace, Notation)| {
            let level = self.seen[form]
                .example
                .split_ascii_whitespace()
                .nth(2)
                .is_some_and(|word| matches!(word, "TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR" | "FATAL"));
            style.order == Order::YearMonthDay && (style.separator == 0 || (style.short_year && level))
                || a.gap == CMTRACE && style.order == Order::MonthDayYear
                // dstat's columns have the day before the month; logcat has the month first.
                || style.separator == b'-'
                    && match style.order {
                        Order::DayMonth => self.seen[form].example.contains('|'),
                        Order::MonthDay => !self.seen[form].example.contains('|'),
                        _ => false,
                    }
        };
        match (prefers(date, one), prefers(others, other)) {
            (true, false) => Some(one),
            (false, true) => Some(other),
            _ => None,
        }
    }

    fn is_plausible(&self, form: &(TimePlace, Notation), seen: &FormTally) -> bool {
        let jumps = seen.lines >= 5 && seen.backwards * 5 > seen.lines;
        match &form.1 {
            Notation::Format(_) => true,
            _ if self.hints.key.is_some() => true,
            // A bare time of day is accepted only if most lines have one.
            Notation::Civil(civil) if civil.date.is_none() => {
                // Ratios and results are not in order.
                let disorder = !civil.clock.seconds && !civil.clock.half_day && jumps;
                seen.lines * 2 > self.outer && !disorder || form.0.is_of_top()
            }
            Notation::Epoch | Notation::EpochComma => !jumps && seen.lines * 20 >= self.outer,
            Notation::Civil(civil) => {
                // Digits alone may be other numbers.
                let has_digits = civil.date.is_some_and(|date| date.separator == 0 && !date.named);
                let is_turned = civil.first == First::Clock;
                let digits = has_digits && (is_turned || civil.clock.separator == 0 && civil.gap != b"T");
                let digits = digits && !form.0.names_a_time();
                let inner = !matches!(form.0, TimePlace::Column { index: 0, .. });
                !(jumps && inner)
                    && seen.lines * if digits { 2 } else { 50 } >= self.outer
                    && !(civil.date.is_some_and(|date| date.separator == 0) && jumps)
            }
            // Identifiers look like times, but are not in order.
            Notation::Since1601 => seen.backwards == 0 && seen.lines * 10 >= self.outer * 9,
            Notation::Hexadecimal | Notation::JulianDay => seen.backwards == 0,
            Notation::Traced => seen.lines * 2 > self.outer,
            Notation::Tai | Notation::Uptime | Notation::Elapsed => true,
        }
    }
}
