//! Picks the entries of a period from a stream.
//!
//! Entries before the period are skipped, and reading stops at its end.

use std::io;

use memchr::memchr_iter;

use crate::io::Gap;
use crate::select::PeriodSearch;
use crate::timestamp::{Refusal, StreamWindow};

use super::start::InputStarts;
use super::stream_select::{Pick, PickedBytes};

/// A filter that picks the lines of a period.
pub struct PickPeriod {
    search: PeriodSearch,
    window: StreamWindow,
    terminator: u8,
    /// Where to record the time reader, and this input's number.
    starts: Option<(InputStarts, usize)>,
    /// Whether all bytes are passed on because they have no times.
    is_untimed: bool,
}

impl PickPeriod {
    /// Returns a filter that picks the entries that `search` selects, and counts the lines that end
    /// with `terminator`.
    ///
    /// With `starts`, the reader of the times is recorded there for the next input, and an input
    /// without times is passed on unchanged.
    pub fn new(search: PeriodSearch, terminator: u8, starts: Option<InputStarts>) -> PickPeriod {
        let window = StreamWindow::new(search.period, search.context.clone());
        let starts = starts.map(|starts| {
            let input = starts.next();
            (starts, input)
        });
        PickPeriod { search, window, terminator, starts, is_untimed: false }
    }

    /// Records the detected format, or passes on input that has no times.
    fn note_detection(&mut self, result: Result<(), Refusal>, picked: &mut PickedBytes) -> io::Result<()> {
        match (result, &self.starts) {
            (Ok(()), Some((starts, input))) => {
                if let Some(filter) = self.window.filter() {
                    starts.set_reader(*input, filter.reader());
                    self.starts = None;
                }
                Ok(())
            }
            (Ok(()), None) => Ok(()),
            (Err(_), Some(_)) if self.search.period.is_all() => {
                self.is_untimed = true;
                picked.keep(&self.window.take_held());
                Ok(())
            }
            (Err(refusal), _) => Err(io::Error::other(refusal.to_string())),
        }
    }
}

/// Returns a function that keeps or omits bytes of a stream.
fn put(picked: &mut PickedBytes, terminator: u8) -> impl FnMut(bool, &[u8]) {
    move |keep, bytes| match keep {
        true => picked.keep(bytes),
        false => picked.skip(bytes.len() as u64, memchr_iter(terminator, bytes).count() as u64),
    }
}

impl Pick for PickPeriod {
    fn feed(&mut self, bytes: &[u8], picked: &mut PickedBytes) -> io::Result<()> {
        if self.is_untimed {
            picked.keep(bytes);
            return Ok(());
        }
        let result = self.window.feed(bytes, put(picked, self.terminator));
        self.note_detection(result, picked)
    }

    fn pause(&mut self, picked: &mut PickedBytes) {
        self.window.pause(put(picked, self.terminator));
        // A format that cannot be detected yet may be detected later.
        let _ = self.note_detection(Ok(()), picked);
    }

    fn skip_gap(&mut self, gap: Gap, picked: &mut PickedBytes) {
        picked.skip(gap.bytes, gap.lines);
    }

    fn finish(&mut self, picked: &mut PickedBytes) -> io::Result<()> {
        if self.is_untimed {
            return Ok(());
        }
        let result = self.window.finish(put(picked, self.terminator));
        self.note_detection(result, picked)
    }

    fn is_done(&self) -> bool {
        self.window.is_done()
    }

    fn notice(&self) -> Option<String> {
        let notices = self.search.notices(self.window.filter()?);
        (!notices.is_empty()).then(|| notices.join("; "))
    }
}
