//! `--top N`: prints the most frequent matches with their counts.
//!
//! The output of a search is counted instead of printed, by a sink that counts how often each line
//! occurs. Memory is proportional to the number of different lines, and is reported if there are
//! millions.

use std::ffi::{OsStr, OsString};
use std::io;

use crate::engine::Sink;
use crate::exit::Exit;
use crate::output::{Destination, Output, escape_for_terminal, print_message};

use super::Run;
use super::settings::Report;
use super::tally::LineMap;

/// The number of different lines above which their memory use is reported.
const MEMORY_REPORT_LINES: usize = 1_000_000;

/// The minimum number of different lines for which the hint is printed although some are equal.
const HINT_LINES: u64 = 100;

/// A sink that counts lines instead of writing them.
#[derive(Debug)]
struct LineCounts<'o> {
    output: &'o mut Output,
    counts: LineMap<Box<[u8]>>,
    terminator: u8,
    /// An unfinished line.
    line: Vec<u8>,
    bytes: u64,
}

impl LineCounts<'_> {
    fn count(&mut self, line: &[u8], times: u64) {
        match self.counts.get_mut(line) {
            Some(count) => *count += times,
            None => {
                self.bytes += line.len() as u64;
                self.counts.insert(line.into(), times);
            }
        }
    }
}

impl Sink for LineCounts<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut rest = bytes;
        while let Some(end) = memchr::memchr(self.terminator, rest) {
            if self.line.is_empty() {
                self.count(&rest[..end], 1);
            } else {
                self.line.extend_from_slice(&rest[..end]);
                let line = std::mem::take(&mut self.line);
                self.count(&line, 1);
            }
            rest = &rest[end + 1..];
        }
        self.line.extend_from_slice(rest);
        Ok(())
    }

    fn move_to(&mut self, _: u64) -> io::Result<()> {
        Ok(())
    }

    fn repeat(&mut self, unit: &[u8], bytes: u64) -> io::Result<()> {
        // Only whole lines are repeated.
        let times = bytes / unit.len().max(1) as u64;
        let terminator = self.terminator;
        for line in unit.split_inclusive(|&byte| byte == terminator) {
            let line = line.strip_suffix(&[terminator]).unwrap_or(line);
            self.count(line, times);
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn message(&mut self, line: &str) {
        print_message(format_args!("{line}"));
    }

    fn report(&mut self, name: &OsStr, error: &io::Error) {
        self.output.report(name, error);
    }
}

impl Run<'_> {
    /// Prints the `wanted` most frequent of the lines that a search of all files would print.
    pub fn top(&self, files: Vec<OsString>, wanted: u64, output: &mut Output) -> anyhow::Result<Exit> {
        let terminator = self.settings.query.terminator;
        let mut counts = LineCounts { output, counts: LineMap::default(), terminator, line: Vec::new(), bytes: 0 };
        let (totals, failed) = self.search_into(files, &mut counts, true)?;
        self.hint_at_decompression(&totals);
        let LineCounts { output, counts, bytes, .. } = counts;
        if counts.len() >= MEMORY_REPORT_LINES && !self.is_quiet {
            let memory = (bytes + 64 * counts.len() as u64) >> 20;
            print_message(format_args!(
                "mapped: {} different matches were counted, in about {memory} MiB of memory",
                counts.len()
            ));
        }
        let (different, all) = (counts.len() as u64, counts.values().sum::<u64>());
        // As in `sort | uniq -c | sort -rn`, lines with equal counts are in reverse order.
        let mut lines: Vec<(u64, Box<[u8]>)> = counts.into_iter().map(|(line, count)| (count, line)).collect();
        let wanted = usize::try_from(wanted).unwrap_or(usize::MAX).min(lines.len());
        if wanted < lines.len() {
            lines.select_nth_unstable_by(wanted, |a, b| b.cmp(a));
            lines.truncate(wanted);
        }
        lines.sort_unstable_by(|a, b| b.cmp(a));
        let is_whole_line = self.settings.report == Report::Lines && !self.settings.style.only_matching;
        let hint = if is_whole_line { hint_for_distinct_lines(different, all) } else { None };
        let on_terminal = output.destination() == Destination::Terminal;
        for (count, line) in lines {
            output.write_all(format!("{count:7} ").as_bytes())?;
            match on_terminal {
                true => output.write_all(&escape_for_terminal(&line))?,
                false => output.write_all(&line)?,
            }
            output.write_all(&[terminator])?;
        }
        output.flush()?;
        if let Some(hint) = hint.filter(|_| wanted > 0 && !self.is_quiet) {
            print_message(format_args!("mapped: {hint}"));
        }
        Ok(self.exit(&totals, failed))
    }
}

/// Returns a hint if nearly all lines differ, so that their counts are meaningless.
fn hint_for_distinct_lines(different: u64, all: u64) -> Option<String> {
    let how_many = match () {
        () if different > 2 && different == all => "all",
        () if different >= HINT_LINES && different >= all / 10 * 9 => "nearly all",
        () => return None,
    };
    Some(format!(
        "{how_many} lines differ, for example in their times; to count only a part of each: -o PATTERN, or -o --replace '$1'"
    ))
}
