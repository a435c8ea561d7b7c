//! Chooses the lines from which the time format of a log is detected.
//!
//! The first lines are enough for most logs. If they are not, more of the log is examined; in a
//! file, this includes its end and parts in between.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;
use memchr::{memchr, memrchr};

use super::super::access::{RandomAccess, each_line, lines};
use super::super::form::TimeForm;
use super::super::form::entry_start::EntryStart;
use super::super::form::heading::Heading;
use super::super::notation::zone::Abbreviations;
use super::super::reader::years::first_year;
use super::super::reader::{Reader, Sequence, TimeContext};
use super::super::stamp::{DAY, Stamp};
use super::detector::FormatDetector;
use super::refusal::Refusal;

/// The number of bytes that are examined first to detect the time format.
pub const SAMPLE: usize = 16 << 10;

/// The number of bytes to examine if the first ones are not enough.
pub const MAX_SAMPLE: usize = 1 << 20;

/// Returns how many bytes of a stream to examine when `len` bytes were not enough. Each attempt
/// examines all of them, so the number grows quickly.
#[must_use]
pub fn next_sample(len: usize) -> usize {
    (len * 4).min(MAX_SAMPLE)
}

/// Detects the time format in the bytes `within` of `source`, which was last changed at
/// `changed`.
///
/// # Errors
/// Returns an error if reading the source fails, and a [`Refusal`] if there is no form.
pub fn detect<S: RandomAccess + ?Sized>(
    source: &S,
    within: Range<u64>,
    context: &TimeContext,
    changed: Timestamp,
) -> io::Result<Result<Reader, Refusal>> {
    let zones = Abbreviations::of(&context.zone, context.now);
    // A file from a machine whose clock is wrong may be dated in the future.
    let changed = changed.min(context.now);
    let start = source.data_from(within.start, within.end).min(within.end);
    let piece = |from: u64, len: usize| -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; usize::try_from(within.end.saturating_sub(from)).unwrap_or(usize::MAX).min(len)];
        let got = source.read_at(&mut bytes, from)?;
        bytes.truncate(got);
        Ok(bytes)
    };
    let head = piece(start, SAMPLE)?;
    let form = match decide(source, start..within.end, &head, &FormatDetector::new(&context.hints, &zones, changed))? {
        Ok(form) => form,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let form = with_heading(form, &head, start == 0, &zones);
    let first = lines(&head).find_map(|line| form.read(line, &zones));
    let last = match first {
        Some(Stamp::Yearless(..) | Stamp::Uptime(..)) => {
            last_stamp(&piece(within.end.saturating_sub(SAMPLE as u64).max(start), SAMPLE)?, &form, &zones)
        }
        _ => None,
    };
    let mut reader = Reader::new(form, context, first.or(last), last, changed);
    if matches!(first, Some(Stamp::Yearless(..))) {
        let limit = reader.local_second(changed) + DAY;
        let given = context.first.map(|first| first.year);
        let year = first_year(source, &(start..within.end), &reader.form, &zones, (given, limit))?;
        year.into_iter().for_each(|year| reader.set_first_year(year));
        return Ok(Ok(reader));
    }
    if reader.is_sequential() {
        let mut sequence = Sequence::new(Arc::new(reader.clone()));
        let mut latest = None;
        each_line(source, within, &mut |line, _| {
            latest = sequence.next(line).or(latest);
            true
        })?;
        if let Some(latest) = latest {
            reader.set_first_day(context, sequence.days(), latest, changed);
        }
    }
    Ok(Ok(reader))
}

/// Chooses a form from `head`, the beginning of a file, or from more of the file if that is not
/// enough.
fn decide<S: RandomAccess + ?Sized>(
    source: &S,
    within: Range<u64>,
    head: &[u8],
    fresh: &FormatDetector<'_>,
) -> io::Result<Result<TimeForm, Refusal>> {
    let ends = |from: u64, bytes: &[u8]| from + bytes.len() as u64 >= within.end;
    let mut detector = fresh.clone();
    examine(&mut detector, head, ends(within.start, head), true);
    let mut decided = detector.decide();
    if is_settled(&decided) || (ends(within.start, head) && !detector.is_sure()) {
        return Ok(decided);
    }
    // If day and month may be swapped, the end of the log says more than the next lines.
    let mut bytes = vec![0; if decided.is_ok() { SAMPLE } else { MAX_SAMPLE }];
    let mut detector = fresh.clone();
    let got = source.read_at(&mut bytes, within.start)?;
    let got = got.min(usize::try_from(within.end - within.start).unwrap_or(usize::MAX));
    examine(&mut detector, &bytes[..got], ends(within.start, &bytes[..got]), false);
    decided = detector.decide();
    // The beginning is not enough: examine other parts, the end first.
    for part in [8, 4, 2, 6, 1, 3, 5, 7] {
        if is_settled(&decided) || ends(within.start, &bytes[..got]) {
            break;
        }
        let at = within.start + (within.end - within.start) / 8 * part;
        let at = source.data_from(at.min(within.end.saturating_sub(SAMPLE as u64)), within.end);
        let mut bytes = vec![0; SAMPLE.min(usize::try_from(within.end.saturating_sub(at)).unwrap_or(SAMPLE))];
        let got = source.read_at(&mut bytes, at)?;
        bytes.truncate(got);
        let line = memchr(b'\n', &bytes).map_or(bytes.len(), |end| end + 1);
        detector.interrupt();
        examine(&mut detector, &bytes[line..], ends(at, &bytes), false);
        decided = detector.decide();
    }
    Ok(decided)
}

/// Returns whether further lines cannot change the decision.
fn is_settled(decided: &Result<TimeForm, Refusal>) -> bool {
    decided.as_ref().is_ok_and(|form| !form.is_unsettled)
}

/// The information about a log's times in its beginning and end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogTimes {
    /// The time format, in words.
    pub form: String,
    /// The times of the first and the last entry, if the lines in between do not matter.
    pub covers: Option<(Timestamp, Timestamp)>,
    /// A message about the number of examined lines without a time, if that is many.
    pub timeless: Option<String>,
}

/// Returns the information about a log's times in its beginning, `head`, and its end, `tail`.
///
/// Returns `None` if few of its lines have a time. `is_whole` says that nothing follows `head`.
#[must_use]
pub fn log_times(
    (head, tail): (&[u8], &[u8]),
    is_whole: bool,
    context: &TimeContext,
    changed: Timestamp,
) -> Option<LogTimes> {
    let zones = Abbreviations::of(&context.zone, context.now);
    let changed = changed.min(context.now);
    let mut detector = FormatDetector::new(&context.hints, &zones, changed);
    examine(&mut detector, head, is_whole, false);
    let mut decided = detector.decide();
    if decided.as_ref().is_ok_and(|form| form.is_unsettled) {
        let line = memchr(b'\n', tail).map_or(tail.len(), |end| end + 1);
        detector.interrupt();
        examine(&mut detector, &tail[line..], true, false);
        decided = detector.decide();
    }
    let form = decided.ok().filter(TimeForm::is_of_a_log)?;
    let first = lines(head).find_map(|line| form.read(line, &zones));
    let last = last_stamp(tail, &form, &zones).or(first);
    let (text, timeless) = (form.to_string(), form.timeless());
    let reader = Reader::new(form, context, first, last, changed);
    let covers = first.zip(last).filter(|_| !reader.is_sequential());
    let covers = covers.map(|(first, last)| (reader.earliest(first), reader.earliest(last)));
    Some(LogTimes { form: text, covers, timeless })
}

fn last_stamp(tail: &[u8], form: &TimeForm, zones: &Abbreviations) -> Option<Stamp> {
    let mut end = tail.len();
    while end > 0 {
        let start = memrchr(b'\n', &tail[..end - 1]).map_or(0, |at| at + 1);
        if let Some(stamp) = form.read(&tail[start..end], zones) {
            return Some(stamp);
        }
        end = start;
    }
    None
}

/// Detects the time format from the beginning of a stream, or from all of it if `whole` is set.
///
/// # Errors
/// Returns the reason if there is no form.
pub fn detect_from(bytes: &[u8], whole: bool, context: &TimeContext) -> Result<Reader, Refusal> {
    let zones = Abbreviations::of(&context.zone, context.now);
    let written = context.written.get().and_then(|&written| Timestamp::try_from(written).ok());
    let changed = written.unwrap_or(context.now);
    let mut detector = FormatDetector::new(&context.hints, &zones, changed);
    let sampled = &bytes[..bytes.len().min(SAMPLE)];
    examine(&mut detector, sampled, whole && sampled.len() == bytes.len(), true);
    let mut decided = detector.decide();
    if !is_settled(&decided) {
        let mut detector = FormatDetector::new(&context.hints, &zones, changed);
        let longer = if decided.is_ok() { 4 * SAMPLE } else { MAX_SAMPLE };
        examine(&mut detector, &bytes[..bytes.len().min(longer)], whole, false);
        decided = detector.decide();
    }
    let form = decided?;
    let form = with_heading(form, bytes, true, &zones);
    let first = lines(bytes).find_map(|line| form.read(line, &zones));
    Ok(Reader::new(form, context, first, None, changed))
}

/// Detects from the same lines how entries begin: whether their time is below a heading, and how
/// lines with a time begin. An unknown heading is learnt only from the start of a log, where an entry
/// begins.
fn with_heading(form: TimeForm, bytes: &[u8], is_start: bool, zones: &Abbreviations) -> TimeForm {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let stamp = |line: &[u8]| form.read(line, zones);
    let learnt = || Heading::learn(sample, form.location.is_start(), stamp).filter(|_| is_start);
    let heading = Heading::detect(sample, stamp).or_else(learnt);
    let timed: Vec<&[u8]> = lines(sample).filter(|line| stamp(line).is_some()).collect();
    let start = if heading.is_none() { EntryStart::learn(&form.location, &timed) } else { EntryStart::default() };
    TimeForm { heading, start, ..form }
}

/// Passes lines to a detector; if `briefly` is set, only until it is sure. An unterminated line is
/// examined only if the log ends there or it is the only line.
fn examine(detector: &mut FormatDetector<'_>, bytes: &[u8], whole: bool, briefly: bool) {
    for line in lines(bytes) {
        let cut = !line.ends_with(b"\n") && !whole && detector.examined > 0;
        if cut || (briefly && detector.is_sure()) {
            return;
        }
        detector.examine(line.strip_suffix(b"\n").unwrap_or(line));
    }
}
