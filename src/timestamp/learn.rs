//! Learns the form of a log's times from some of its lines.
//!
//! Every place and notation of a time is counted over the examined lines. The form that reads the
//! most lines wins and, of several, the one nearest the start of the line. Lines that rule a form
//! out (a month of 21) make it lose. Forms that read the same lines as different days are an error
//! rather than a guess.

use std::collections::HashMap;

use super::form::TimeForm;
use super::json;
use super::notation::{Candidate, Notation};
use super::place::{Place, places};
use super::refusal::{Refusal, shown};
use super::scan::Scanner;
use super::stamp::Stamp;
use super::zone::{Abbreviations, WrittenZone};

/// How much of a line is examined.
const LINE: usize = 16 << 10;

/// How much of a line is examined if it is not JSON.
const TEXT: usize = 512;

/// What may be known in advance about a log's times.
#[derive(Clone, Debug, Default)]
pub struct FormHints {
    /// `--time-format`: the notation, in the syntax of `strptime`.
    pub format: Option<String>,
    /// `--time-key`: the JSON or logfmt key that holds the time.
    pub key: Option<String>,
}

/// Counts what the examined lines have in common.
#[derive(Clone, Debug)]
pub(super) struct Learner<'h> {
    hints: &'h FormHints,
    zones: &'h Abbreviations,
    seen: HashMap<(Place, Notation), Seen>,
    /// The number of lines examined, and of those that do not begin with a blank.
    pub looked: u64,
    outer: u64,
    first: Option<String>,
    utc: bool,
}

#[derive(Clone, Debug, Default)]
struct Seen {
    lines: u64,
    offsets: u64,
    unclear: bool,
    comma_digits: Option<usize>,
    commas_differ: bool,
    region: Option<jiff::tz::TimeZone>,
    last: Option<Stamp>,
    backwards: u64,
    first_stamp: Option<Stamp>,
    example: String,
}

impl<'h> Learner<'h> {
    pub fn new(hints: &'h FormHints, zones: &'h Abbreviations) -> Self {
        Self { hints, zones, seen: HashMap::new(), looked: 0, outer: 0, first: None, utc: false }
    }

    /// Examines one line, without its terminator.
    pub fn look(&mut self, line: &[u8]) {
        let mut at = Scanner(line);
        at.invisible();
        if at.0.iter().all(u8::is_ascii_whitespace) {
            return;
        }
        if self.first.is_none() {
            self.first = Some(shown(line));
        }
        // W3C's extended log format: its times are in UTC (https://www.w3.org/TR/WD-logfile.html).
        if at.0.starts_with(b"#Fields:") {
            self.utc = true;
        }
        self.looked += 1;
        let outer = !matches!(at.0[0], b' ' | b'\t');
        self.outer += u64::from(outer);
        let line = &line[..line.len().min(LINE)];
        let mut found: Vec<((Place, Notation), Candidate, u64)> = Vec::new();
        let object = memchr::memchr(b'{', &line[..line.len().min(TEXT)])
            .filter(|&at| json::scalars(&line[at..]).len() > 1 || at == 0);
        if let Some(object) = object {
            self.look_at_json(&line[object..], &mut found);
        }
        let end = object.unwrap_or(line.len()).min(TEXT);
        if self.hints.key.is_none() || object.is_none() {
            self.look_at_text(&line[..end], &mut found);
        }
        let mut forms: Vec<(Place, Notation)> = Vec::new();
        for (form, candidate, offset) in found {
            if !forms.contains(&form) {
                forms.push(form.clone());
                self.count(form, &candidate, offset + u64::from(!outer) * 200, line);
            }
        }
    }

    fn count(&mut self, form: (Place, Notation), candidate: &Candidate, offset: u64, line: &[u8]) {
        let seen = self.seen.entry(form).or_default();
        if seen.lines == 0 {
            seen.example = shown(line);
            seen.first_stamp = Some(candidate.stamp);
        }
        seen.lines += 1;
        seen.offsets += offset;
        seen.unclear |= matches!(candidate.zone, WrittenZone::Unclear);
        if let WrittenZone::Region(zone) = &candidate.zone {
            seen.region = Some(zone.clone());
        }
        seen.commas_differ |= seen.comma_digits.is_some_and(|digits| digits != candidate.comma_digits);
        seen.comma_digits = Some(candidate.comma_digits);
        seen.backwards += u64::from(seen.last.is_some_and(|last| goes_back(last, candidate.stamp)));
        seen.last = Some(candidate.stamp);
    }

    fn look_at_text(&self, line: &[u8], found: &mut Vec<((Place, Notation), Candidate, u64)>) {
        let wanted = self.hints.key.as_ref().map(|key| format!("{key}="));
        for offset in 0..line.len() {
            if !may_begin(line, offset) {
                continue;
            }
            let places: Vec<Place> = match &wanted {
                None => places(line, offset),
                Some(key) => places(line, offset)
                    .into_iter()
                    .filter(|place| matches!(place, Place::After(text) if text.starts_with(key.as_bytes())))
                    .collect(),
            };
            if places.is_empty() {
                continue;
            }
            let mut candidates = self.candidates(&line[offset..]);
            if self.hints.format.is_none()
                && line[..offset].ends_with(b"[")
                && let Some(stamp) = super::notation::is_uptime(&line[offset..])
            {
                candidates.push(Candidate {
                    notation: Notation::Uptime,
                    stamp,
                    comma_digits: 0,
                    zone: WrittenZone::Nothing,
                });
            }
            // In a comma-separated table, the comma after the time ends its column.
            let in_table = line[..offset].ends_with(b",");
            for mut candidate in candidates {
                if let (true, Notation::Civil(civil)) = (in_table, &mut candidate.notation) {
                    civil.clock.comma_ends = true;
                    let again = candidate.notation.read(&mut Scanner(&line[offset..]), self.zones);
                    candidate.stamp = again.unwrap_or(candidate.stamp);
                }
                for place in &places {
                    // A bare time or a number deep in a line is usually something else.
                    let deep = matches!(place, Place::Column { index: 4.., .. } | Place::After(_));
                    let plain_number =
                        candidate.notation == Notation::Epoch && matches!(place, Place::Column { index: 12.., .. });
                    // The end of a telephone number or an address is not a time.
                    let tail = candidate.notation == Notation::Epoch && line[..offset].ends_with(b"-");
                    // Digits before a bare time are a date that was not recognised, unless the
                    // number is a process ID.
                    let bare = !candidate.notation.has_date() && candidate.notation != Notation::Uptime;
                    let dated = bare && line[..offset].iter().any(u8::is_ascii_digit) && !is_number(&line[..offset]);
                    if deep && !candidate.notation.has_date() || plain_number || tail || dated {
                        continue;
                    }
                    found.push(((place.clone(), candidate.notation.clone()), candidate.clone(), offset as u64));
                }
            }
        }
    }

    fn look_at_json(&self, object: &[u8], found: &mut Vec<((Place, Notation), Candidate, u64)>) {
        for scalar in json::scalars(object) {
            let path: Vec<Box<[u8]>> = scalar.keys.iter().map(|key| Box::from(*key)).collect();
            let Some(name) = scalar.keys.last() else { continue };
            let rank = match &self.hints.key {
                Some(key) => {
                    let dotted = scalar.keys.join(&b"."[..]);
                    Some(0).filter(|_| *name == key.as_bytes() || dotted == key.as_bytes())
                }
                None => json::key_rank(name),
            };
            if self.hints.key.is_some() && rank.is_none() {
                continue;
            }
            let depth = scalar.keys.len() as u64;
            let offset = 1000 + depth * 1000 + rank.map_or(500, |rank| rank as u64 * 10);
            let mut add = |candidate: Candidate| {
                found.push(((Place::Key(path.clone()), candidate.notation.clone()), candidate, offset));
            };
            if rank.is_some()
                && self.hints.format.is_none()
                && let Some(stamp) = json::number(scalar.text)
            {
                add(Candidate { notation: Notation::Epoch, stamp, comma_digits: 0, zone: WrittenZone::Nothing });
                continue;
            }
            for candidate in self.candidates(scalar.text) {
                let whole = json::read(scalar.text, &candidate.notation, self.zones).is_some()
                    || matches!(candidate.zone, WrittenZone::Unclear | WrittenZone::Region(_));
                if whole && candidate.notation != Notation::Epoch && (rank.is_some() || candidate.notation.has_date()) {
                    add(candidate);
                }
            }
        }
    }

    fn candidates(&self, text: &[u8]) -> Vec<Candidate> {
        match &self.hints.format {
            None => Notation::all(text, self.zones),
            Some(format) => {
                let notation = Notation::Format(format.as_str().into());
                let stamp = notation.read(&mut Scanner(text), self.zones);
                let candidate = |stamp| Candidate { notation, stamp, comma_digits: 0, zone: WrittenZone::Nothing };
                stamp.map(candidate).into_iter().collect()
            }
        }
    }

    /// Decides on the form that most lines have.
    ///
    /// # Errors
    /// Returns why there is none.
    pub fn decide(&self) -> Result<TimeForm, Refusal> {
        let fits: Vec<(&(Place, Notation), &Seen)> =
            self.seen.iter().filter(|(form, seen)| self.is_plausible(form, seen)).collect();
        let most = fits.iter().map(|(_, seen)| seen.lines).max();
        let no_time = || Refusal::NoTime { line: self.first.clone().unwrap_or_default(), looked: self.looked };
        let most = most.ok_or_else(no_time)?;
        // One or two lines may lack a time that the rest have.
        let near = |place: &Place, seen: &Seen| match place {
            Place::Column { index: 0, separator: b' ', .. } => seen.lines * 2 >= most,
            _ => seen.lines * 10 >= most * 9,
        };
        let rank = |form: &(Place, Notation), seen: &Seen| {
            let bare = !form.1.has_date();
            let place = match &form.0 {
                Place::After(text) if **text == *b"[" => 1,
                Place::Column { .. } => 2,
                Place::After(_) => 3,
                Place::Key(_) => 0,
            };
            (bare, seen.offsets / seen.lines, std::cmp::Reverse(seen.lines), seen.backwards, place)
        };
        let mut near: Vec<_> = fits.into_iter().filter(|(form, seen)| near(&form.0, seen)).collect();
        near.sort_by_cached_key(|(form, seen)| (rank(form, seen), format!("{form:?}")));
        let &(form, seen) = near.first().ok_or_else(no_time)?;
        // Other forms at the same place that read the same lines, but as other times.
        for (other, theirs) in &near[1..] {
            let same = other.0 == form.0 && theirs.lines == seen.lines && theirs.backwards == seen.backwards;
            if same && theirs.first_stamp != seen.first_stamp && self.settles(form, other).is_none() {
                let formats = [form.1.to_string(), other.1.to_string()];
                return Err(Refusal::UnclearDate { line: seen.example.clone(), formats });
            }
        }
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
        let zone = seen.region.clone().or_else(|| self.utc.then_some(jiff::tz::TimeZone::UTC));
        Ok(TimeForm {
            place: form.0.clone(),
            notation,
            zone,
            looked: self.outer.max(seen.lines),
            timed: seen.lines,
            example: seen.example.clone(),
        })
    }

    /// Returns the conventional one of two notations: a time with a zone or a fraction before one
    /// without, and Spark's and Hadoop's `26/11/21` before other dates with two-digit years.
    fn settles<'f>(&self, one: &'f (Place, Notation), other: &'f (Place, Notation)) -> Option<&'f (Place, Notation)> {
        let (Notation::Civil(a), Notation::Civil(b)) = (&one.1, &other.1) else { return Some(one) };
        let (Some(date), Some(others)) = (a.date, b.date) else {
            return Some(if a.date.is_some() { one } else { other });
        };
        if date == others {
            return Some(one);
        }
        let prefers = |style: super::civil::DateStyle, form: &(Place, Notation)| {
            let level = self.seen[form]
                .example
                .split_ascii_whitespace()
                .nth(2)
                .is_some_and(|word| matches!(word, "TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR" | "FATAL"));
            style.order == super::civil::Order::YearMonthDay && (style.separator == 0 || (style.short_year && level))
        };
        match (prefers(date, one), prefers(others, other)) {
            (true, false) => Some(one),
            (false, true) => Some(other),
            _ => None,
        }
    }

    fn is_plausible(&self, form: &(Place, Notation), seen: &Seen) -> bool {
        let jumps = seen.lines >= 5 && seen.backwards * 5 > seen.lines;
        match &form.1 {
            Notation::Format(_) => true,
            _ if self.hints.key.is_some() => true,
            // A bare time of day counts only if most lines have one.
            Notation::Civil(civil) if civil.date.is_none() => seen.lines * 2 > self.outer,
            Notation::Epoch => !jumps && seen.lines * 20 >= self.outer,
            Notation::Civil(civil) => {
                let inner = !matches!(form.0, Place::Column { index: 0, .. });
                !(jumps && inner)
                    && seen.lines * 50 >= self.outer
                    && !(civil.date.is_some_and(|date| date.separator == 0) && jumps)
            }
            Notation::Tai | Notation::Uptime => true,
        }
    }

    /// Returns whether the lines so far are enough to decide.
    pub fn is_sure(&self) -> bool {
        self.looked >= 64
    }
}

/// Returns whether a text is one number and blanks.
fn is_number(text: &[u8]) -> bool {
    text.iter().all(|byte| byte.is_ascii_digit() || *byte == b' ')
}

/// Returns whether a time may begin at `offset`: at a digit or letter that does not continue
/// another.
fn may_begin(line: &[u8], offset: usize) -> bool {
    let byte = line[offset];
    let before = offset.checked_sub(1).map_or(b' ', |at| line[at]);
    match byte {
        b'@' => offset == 0,
        b' ' => before == b'[',
        b'0'..=b'9' => {
            // klog's level is one capital letter, at the start or after a bracket or blank.
            let level = before.is_ascii_uppercase() && (offset == 1 || !line[offset - 2].is_ascii_alphanumeric());
            let colour = before == b'm' && line[..offset - 1].iter().rev().take(12).any(|&byte| byte == 0x1b);
            !before.is_ascii_alphanumeric() && !matches!(before, b'.' | b'_') || level || colour
        }
        byte if byte.is_ascii_alphabetic() => {
            let colour = before == b'm' && line[..offset - 1].iter().rev().take(12).any(|&byte| byte == 0x1b);
            !before.is_ascii_alphanumeric() || colour
        }
        _ => false,
    }
}

/// Returns whether a time is more than a minute before the previous one, as far as they are
/// comparable.
fn goes_back(last: Stamp, next: Stamp) -> bool {
    match (last, next) {
        (Stamp::Instant(last), Stamp::Instant(next)) => next.as_second() < last.as_second() - 60,
        (Stamp::Local(last, _), Stamp::Local(next, _)) => next < last - 3660,
        (Stamp::Yearless(month, day, ..), Stamp::Yearless(later, other, ..)) => {
            (later, other) < (month, day) && month - later < 6
        }
        (Stamp::Uptime(last, _), Stamp::Uptime(next, _)) => next < last - 60,
        _ => false,
    }
}
