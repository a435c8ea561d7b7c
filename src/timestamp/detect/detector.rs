//! Detects the time format of a log from some of its lines.
//!
//! Every location and notation of a time is counted over the examined lines. A form that some lines
//! rule out (because the month would be 21) reads fewer of them.

use std::collections::HashMap;

use jiff::Timestamp;

use super::super::form::json;
use super::super::form::location::{TimeLocation, locations};
use super::super::notation::civil::{Order, STYLES};
use super::super::notation::columns::DateColumns;
use super::super::notation::dated::FirstPart;
use super::super::notation::scan::Scanner;
use super::super::notation::zone::{Abbreviations, WrittenZone, header_is_utc};
use super::super::notation::{Candidate, Notation};
use super::super::stamp::{DAY, days_from_civil};
use super::counted::counted;
use super::opening::Opening;
use super::refusal::shown;
use super::tally::FormTally;
use super::vicinity::{continues, counts_minutes, ends_a_name, has_visible_digit, is_number, may_begin};

/// The number of bytes of a line that are examined.
const MAX_LINE: usize = 16 << 10;

/// The number of bytes of a line that are examined if it is not JSON.
const MAX_TEXT: usize = 512;

/// The text before the process number, thread number and time of day in some logs of Windows.
const WINDOWS: [&[u8]; 3] = [b"MSI (", b"GPSVC(", b"USERENV("];

/// The user's hints about the form of a log's times.
#[derive(Clone, Debug, Default)]
pub struct FormHints {
    /// `--time-format`: the notation, in the syntax of `strptime`.
    pub format: Option<String>,
    /// `--time-key`: the JSON or logfmt key that holds the time.
    pub key: Option<String>,
}

/// Counts of the properties that the examined lines share.
#[derive(Clone, Debug)]
pub struct FormatDetector<'h> {
    pub hints: &'h FormHints,
    pub zones: &'h Abbreviations,
    pub tallies: HashMap<(TimeLocation, Notation), FormTally>,
    /// The number of examined lines, and the number of those that do not begin with a blank.
    pub examined: u64,
    pub unindented: u64,
    pub first: Option<String>,
    /// Whether the times are in UTC, if a header says so.
    pub utc: Option<bool>,
    /// The second after which no entry was written.
    pub limit: i64,
    /// The day in W3C's `#Date` line.
    pub day: Option<i64>,
    /// What the first lines say about the start of the log.
    pub opening: Opening,
    /// The number of lines that begin with minutes and seconds, and not with a time of day.
    pub minutes: u64,
}

impl<'h> FormatDetector<'h> {
    /// Creates a detector for a log that was last changed at `changed`.
    pub fn new(hints: &'h FormHints, zones: &'h Abbreviations, changed: Timestamp) -> Self {
        let limit = changed.as_second().saturating_add(2 * DAY);
        Self {
            limit,
            hints,
            zones,
            tallies: HashMap::new(),
            examined: 0,
            unindented: 0,
            first: None,
            utc: None,
            day: None,
            opening: Opening::default(),
            minutes: 0,
        }
    }

    /// Examines one line, given without its terminator.
    pub fn examine(&mut self, line: &[u8]) {
        let mut at = Scanner(line);
        at.invisible();
        if at.0.iter().all(u8::is_ascii_whitespace) {
            return;
        }
        if self.first.is_none() {
            self.first = Some(shown(line));
        }
        self.utc = self.utc.or_else(|| header_is_utc(at.0));
        if let Some(date) = at.0.strip_prefix(b"#Date: ").filter(|_| self.day.is_none()) {
            let date = STYLES[0].read(&mut Scanner(date));
            self.day = date.and_then(|date| days_from_civil(date.year?, date.month, date.day));
        }
        self.examined += 1;
        self.opening.examine(at.0, self.examined, self.zones);
        self.minutes += u64::from(counts_minutes(at.0));
        let unindented = !matches!(at.0[0], b' ' | b'\t');
        self.unindented += u64::from(unindented);
        let line = &line[..line.len().min(MAX_LINE)];
        let mut found: Vec<((TimeLocation, Notation), Candidate, u64)> = Vec::new();
        let object = memchr::memchr(b'{', &line[..line.len().min(MAX_TEXT)])
            .filter(|&at| !line[at..].starts_with(b"{:") && json::scalars(&line[at..]).len() > usize::from(at > 0));
        if let Some(object) = object {
            self.examine_json(&line[object..], &mut found);
        }
        let end = object.unwrap_or(line.len()).min(MAX_TEXT);
        if self.hints.key.is_none() || object.is_none() {
            self.examine_text(&line[..end], &mut found);
        }
        let is_dated = found.iter().any(|((_, notation), ..)| notation.has_date());
        if !is_dated && self.hints.key.is_none() && self.hints.format.is_none() {
            self.examine_columns(&line[..line.len().min(MAX_TEXT)], &mut found);
        }
        let mut forms: Vec<(TimeLocation, Notation)> = Vec::new();
        for (form, candidate, offset) in found {
            if !forms.contains(&form) {
                forms.push(form.clone());
                self.count(form, &candidate, offset + u64::from(!unindented) * 200, line);
            }
        }
    }

    fn count(&mut self, form: (TimeLocation, Notation), candidate: &Candidate, offset: u64, line: &[u8]) {
        self.tallies.entry(form).or_default().count(candidate, offset, line, self.limit);
    }

    /// Notes that the next line does not follow the one examined last.
    pub fn interrupt(&mut self) {
        self.tallies.values_mut().for_each(FormTally::interrupt);
    }

    fn examine_text(&self, line: &[u8], found: &mut Vec<((TimeLocation, Notation), Candidate, u64)>) {
        let wanted = self.hints.key.as_ref().map(|key| format!("{key}="));
        for offset in 0..line.len() {
            if !may_begin(line, offset) {
                continue;
            }
            let locations: Vec<TimeLocation> = match &wanted {
                None => locations(line, offset),
                Some(key) => locations(line, offset)
                    .into_iter()
                    .filter(
                        |location| matches!(location, TimeLocation::After(text) if text.starts_with(key.as_bytes())),
                    )
                    .collect(),
            };
            if locations.is_empty() {
                continue;
            }
            for candidate in self.candidates_at(line, offset) {
                for location in &locations {
                    // A bare time or a number deep inside a line usually means something else.
                    let deep = matches!(location, TimeLocation::Column { index: 4.., .. } | TimeLocation::After(_));
                    let plain_number =
                        candidate.notation.is_epoch() && matches!(location, TimeLocation::Column { index: 12.., .. });
                    // The end of a telephone number, an address or another date is not a time, nor
                    // is a process ID.
                    let tail = match &candidate.notation {
                        Notation::Epoch | Notation::EpochComma => ends_a_name(&line[..offset]),
                        Notation::Civil(civil) => {
                            civil.date.is_some_and(|date| !date.has_year()) && continues(line, offset)
                                // A number such as CVE-2026-325.
                                || civil.date.is_some_and(|date| date.order == Order::YearDay)
                                    && ends_a_name(&line[..offset])
                        }
                        _ => false,
                    };
                    // Digits before a bare time are a date that was not recognised, unless the
                    // number is a process ID.
                    let bare = matches!(candidate.notation, Notation::Civil(civil) if civil.date.is_none());
                    let dated = bare
                        && has_visible_digit(&line[..offset])
                        && !is_number(&line[..offset])
                        && !WINDOWS.iter().any(|start| line.starts_with(start));
                    let traced = candidate.notation == Notation::Traced;
                    if traced != (*location == TimeLocation::after_bracket()) {
                        continue;
                    }
                    // Other words may precede the bracket.
                    let is_uptime =
                        candidate.notation == Notation::Uptime && *location == TimeLocation::after_open_bracket();
                    let deep = deep && !location.is_of_top() && !is_uptime;
                    if deep && !candidate.notation.has_date() && !traced || plain_number || tail || dated {
                        continue;
                    }
                    found.push(((location.clone(), candidate.notation.clone()), candidate.clone(), offset as u64));
                }
            }
        }
    }

    /// Examines the columns of a line that has no time with a date.
    fn examine_columns(&self, line: &[u8], found: &mut Vec<((TimeLocation, Notation), Candidate, u64)>) {
        let Some((columns, text)) = DateColumns::find(line).and_then(|columns| Some((columns, columns.text(line)?)))
        else {
            return;
        };
        for candidate in self.whole_candidates(&text).into_iter().filter(|found| found.notation.has_date()) {
            found.push(((TimeLocation::Columns(columns), candidate.notation.clone()), candidate, 0));
        }
    }

    /// Returns all readings of the time at `offset`.
    fn candidates_at(&self, line: &[u8], offset: usize) -> Vec<Candidate> {
        let text = &line[offset..];
        let counted = counted(line, offset, self.zones, self.limit).filter(|_| self.hints.format.is_none());
        if let Some(elapsed) = counted.as_ref().filter(|found| found.notation == Notation::Elapsed) {
            return vec![elapsed.clone()];
        }
        let mut candidates = self.candidates(text);
        // In a comma-separated table, the comma after the time ends its column.
        let mut in_table = line[..offset].ends_with(b",");
        let column = &text[..memchr::memchr(b',', text).unwrap_or(0)];
        // A date after the comma is not a fraction and an offset, as in `14:30:05,2026-11-21`
        // (nfdump).
        let has_date = |column: &[u8]| STYLES[0].read(&mut Scanner(column)).is_some();
        // Such a date belongs to this time if no date precedes the time.
        let is_turned = !line[..offset].iter().any(u8::is_ascii_digit)
            && candidates.iter().any(
                |candidate| matches!(&candidate.notation, Notation::Civil(civil) if civil.first == FirstPart::Clock),
            );
        let in_column = !is_turned && (candidates.is_empty() || text.get(column.len() + 1..).is_some_and(has_date));
        if in_column && column.contains(&b':') {
            candidates = self.candidates(column);
            in_table = true;
        }
        candidates.extend(counted);
        for candidate in &mut candidates {
            if let (true, Notation::Civil(civil)) = (in_table, &candidate.notation) {
                // If a zone follows digits after the comma, these digits are a fraction.
                let mut ended = *civil;
                ended.clock.comma_ends = true;
                let ended = Notation::Civil(ended);
                if let Some(stamp) = ended.read(&mut Scanner(text), self.zones) {
                    (candidate.notation, candidate.stamp) = (ended, stamp);
                }
            }
        }
        candidates
    }

    fn examine_json(&self, object: &[u8], found: &mut Vec<((TimeLocation, Notation), Candidate, u64)>) {
        let values = json::scalars(object);
        let owned = |keys: &[&[u8]]| keys.iter().map(|key| Box::from(*key)).collect::<Vec<Box<[u8]>>>();
        for (index, scalar) in values.iter().enumerate() {
            let path = owned(&scalar.keys);
            let Some(name) = scalar.keys.last() else { continue };
            let rank = match &self.hints.key {
                Some(key) => {
                    let dotted = scalar.keys.join(&b"."[..]);
                    Some(0).filter(|_| *name == key.as_bytes() || dotted == key.as_bytes())
                }
                None => json::key_rank(&scalar.keys),
            };
            if self.hints.key.is_some() && rank.is_none() {
                continue;
            }
            let depth = scalar.keys.len() as u64;
            let offset = 1000 + depth * 1000 + rank.map_or(500, |rank| rank as u64 * 10) + index.min(9) as u64;
            let mut add = |candidate: Candidate| {
                found.push(((TimeLocation::Key(path.clone()), candidate.notation.clone()), candidate, offset));
            };
            if rank.is_some()
                && self.hints.format.is_none()
                && let Some(stamp) = json::number(scalar.text)
            {
                let candidate =
                    Candidate { notation: Notation::Epoch, stamp, comma_digits: 0, zone: WrittenZone::Nothing };
                match json::nanoseconds_beside(&values, scalar) {
                    Some(part) => {
                        let location = TimeLocation::Parts { second: path.clone(), nanosecond: owned(&part.keys) };
                        found.push(((location, Notation::Epoch), candidate, offset));
                    }
                    None => add(candidate),
                }
                continue;
            }
            let mut times = self.whole_candidates(scalar.text);
            times.retain(|candidate| rank.is_some() || candidate.notation.has_date());
            let Some(day) =
                json::day_beside(&values, scalar).filter(|_| times.iter().any(|time| !time.notation.has_date()))
            else {
                times.into_iter().for_each(add);
                continue;
            };
            // A time of day is only combined with the day next to it.
            let location = TimeLocation::Keys { day: owned(&day.keys), time: path.clone() };
            for candidate in self.whole_candidates(&[day.text, b" ", scalar.text].concat()) {
                if candidate.notation.has_date() {
                    found.push(((location.clone(), candidate.notation.clone()), candidate, offset));
                }
            }
        }
    }

    /// Returns the readings of the JSON value `text` that use the whole text.
    fn whole_candidates(&self, text: &[u8]) -> Vec<Candidate> {
        let mut candidates = self.candidates(text);
        candidates.retain(|candidate| {
            let whole = json::read(text, &candidate.notation, self.zones).is_some()
                || matches!(candidate.zone, WrittenZone::Unclear | WrittenZone::Region(_));
            whole && !candidate.notation.is_epoch()
        });
        candidates
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

    /// Returns whether the lines so far are enough to determine the format.
    pub fn is_sure(&self) -> bool {
        self.examined >= 64
    }
}
