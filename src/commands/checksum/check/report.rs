//! Prints the output of a check: a verdict for each entry and a summary of each list.

mod summary;

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::io;

use serde::Serialize;

use super::super::ChecksumRun;
use super::super::format::JsonPath;
use super::super::list::{Expected, Fault, ListEntry, ListItem};
use super::super::name::{escaped, quoted, report, warn};
use super::undecided::{Doubts, UndecidedEntries, expected_except, is_verified};
use super::verify::EntryVerdict;
use crate::cli::checksum::Checking;
use crate::digest::Algorithm;
use crate::exit::Exit;
use crate::io::path;
use crate::os::error_text;
use crate::os::posix::OsStrExt;
use crate::output::{Output, append_json};

/// The summary of a list.
#[derive(Default)]
pub struct ListTotals {
    pub proper: u64,
    improper: u64,
    pub matched: u64,
    mismatched: u64,
    unreadable: u64,
    broken: bool,
    is_binary: bool,
    /// The number of lines that contain NUL bytes.
    nul: u64,
    /// The number of the line in which the list was cut off.
    cut: Option<u64>,
    /// The first unknown algorithm that a line names.
    unknown: Option<String>,
    is_signed: bool,
    /// The algorithms that untagged digests matched, with the lengths of these digests.
    guessed: BTreeSet<(usize, &'static str)>,
    /// The algorithms tried for untagged digests that matched none of them.
    unmatched: Option<String>,
    /// The entries whose algorithm may not be supported.
    pub undecided: UndecidedEntries,
    /// The number of digests of unknown algorithms in rows in which other digests match.
    skipped: u64,
    /// The file whose pieces are being checked, the end of the pieces so far, and the file's size.
    piece: Option<(OsString, u64, Option<u64>)>,
    /// The number of files with bytes that no line covers.
    uncovered: u64,
    /// The last file whose pieces could not be read, and the reason.
    unreadable_pieces: Option<(OsString, String)>,
    /// Whether a line is malformed in a list format that coreutils does not check.
    has_improper_row: bool,
    /// The number of listed files that do not exist, and the name of the first one.
    missing: u64,
    first_missing: Option<OsString>,
}

/// A verdict in JSON.
#[derive(Serialize)]
pub struct JsonVerdict<'a> {
    #[serde(flatten)]
    pub path: JsonPath,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<String>,
    pub status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<JsonPath>,
}

/// Returns a regular file's length.
pub fn size_of(path: &OsStr) -> Option<u64> {
    path::metadata(path).ok().filter(std::fs::Metadata::is_file).map(|meta| meta.len())
}

/// The printed form of an entry's verdict.
struct PrintedVerdict<'a> {
    /// The word in a line of text.
    word: &'a str,
    /// The word in JSON.
    status: &'static str,
    /// The algorithms whose digests matched, or those of the entry if none did.
    algorithms: &'a [Algorithm],
    /// The reason why the file could not be read.
    reason: Option<&'a str>,
}

impl ListTotals {
    /// Returns whether the list is well-formed and all of its files match.
    pub fn is_faultless(&self, checking: &Checking) -> bool {
        let formatted = !self.has_improper_row && (self.improper == 0 || !checking.strict);
        let all_verified = self.nul == 0 && self.uncovered == 0;
        let all_decided = self.undecided.count() == 0;
        !self.broken && self.mismatched == 0 && self.unreadable == 0 && formatted && all_verified && all_decided
    }

    /// Returns whether an entry's file does not exist, and counts the entry if so.
    pub fn is_missing(&mut self, entry: &ListEntry, verdict: &io::Result<EntryVerdict>) -> bool {
        let is_missing = verdict.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
        if is_missing {
            self.proper += 1;
            self.note_missing(entry);
        }
        is_missing
    }

    /// Counts an entry whose file does not exist.
    fn note_missing(&mut self, entry: &ListEntry) {
        self.missing += 1;
        self.first_missing.get_or_insert_with(|| entry.name.clone());
    }

    /// Records the algorithms tried for a mismatched entry's untagged digests.
    fn note_untagged<'e>(&mut self, mut untagged: impl Iterator<Item = &'e Expected>) {
        if let Some(expected) = untagged.next().filter(|expected| !self.is_guessed(expected.length())) {
            self.unmatched.get_or_insert_with(|| expected.names());
        }
    }

    /// Returns whether an untagged digest of this length has matched.
    fn is_guessed(&self, len: usize) -> bool {
        self.guessed.iter().any(|(guessed, _)| *guessed == len)
    }

    /// Advances to the next piece of a file, and reports bytes before it that no line covers.
    pub fn pieces(
        &mut self,
        report: &CheckReport<'_>,
        entry: &ListEntry,
        size: &dyn Fn() -> Option<u64>,
        output: &mut Output,
    ) {
        let Some((name, range)) = entry.piece() else { return self.end_pieces(report, output) };
        if self.piece.as_ref().is_none_or(|(current, ..)| *current != name) {
            self.end_pieces(report, output);
            self.piece = Some((name.clone(), 0, size()));
        }
        if let Some((name, next, Some(_))) = &mut self.piece {
            if range.start > *next {
                self.uncovered += 1;
                report.uncovered(name, *next..range.start, output);
            }
            *next = range.end.max(*next);
        }
    }

    /// Reports why a file could not be read, once for all of its pieces.
    fn report_unreadable(&mut self, entry: &ListEntry, error: &io::Error, reason: &str, output: &mut Output) {
        let Some((name, _)) = entry.piece() else { return report(&entry.name, error, output) };
        if self.unreadable_pieces.as_ref().is_none_or(|known| (&*known.0, &*known.1) != (&*name, reason)) {
            report(&name, error, output);
            self.unreadable_pieces = Some((name, reason.to_owned()));
        }
    }

    /// Reports bytes after the last piece of a file, because no line covers them.
    fn end_pieces(&mut self, report: &CheckReport<'_>, output: &mut Output) {
        if let Some((name, next, Some(size))) = self.piece.take()
            && next < size
        {
            self.uncovered += 1;
            report.uncovered(&name, next..size, output);
        }
    }
}

/// Returns the digests of an entry at these positions.
fn expected_at<'e>(entry: &'e ListEntry, indices: &[usize]) -> impl Iterator<Item = &'e Expected> {
    indices.iter().map(|&index| &entry.expected[index])
}

/// Reports on the entries of one list.
#[derive(Clone, Copy)]
pub struct CheckReport<'a> {
    pub run: ChecksumRun<'a>,
    pub checking: &'a Checking,
    pub list: &'a OsStr,
}

impl CheckReport<'_> {
    /// Reports a line that is not an entry.
    pub fn item(&self, item: ListItem, totals: &mut ListTotals, output: &mut Output) {
        let (number, fault) = match item {
            ListItem::Broken(error) => {
                totals.broken = true;
                return report(self.list, &error, output);
            }
            ListItem::Binary => return totals.is_binary = true,
            ListItem::Signature => return totals.is_signed = true,
            ListItem::Foreign(digest) => return totals.undecided.mention(digest),
            ListItem::Improper(number, fault) => (number, fault),
            ListItem::Entry(_) => return,
        };
        totals.improper += 1;
        match fault {
            Fault::Nul => totals.nul += 1,
            Fault::Row => totals.has_improper_row = true,
            Fault::Cut => (totals.has_improper_row, totals.cut) = (true, Some(number)),
            Fault::Algorithm(name) => _ = totals.unknown.get_or_insert(name),
            Fault::Form | Fault::StandardInput => {}
        }
        if self.checking.warn {
            let kind = match self.run.settings.named[..] {
                [one] => format!("{} ", one.tag()),
                _ => String::new(),
            };
            warn(&format!("{}: {number}: improperly formatted {kind}checksum line", self.shown()), output);
        }
    }

    /// Ignores the digests of unknown algorithms in a row in which other digests match.
    pub fn skip_entry(
        &self,
        entry: &ListEntry,
        verdict: io::Result<EntryVerdict>,
        totals: &mut ListTotals,
    ) -> io::Result<EntryVerdict> {
        let is_unknown = self.is_unknown(entry, &verdict, totals);
        match verdict {
            Ok(EntryVerdict::Mismatched { unmatched, matched }) if is_unknown && is_verified(entry, &unmatched) => {
                totals.skipped += unmatched.len() as u64;
                Ok(EntryVerdict::Matched(matched))
            }
            verdict => verdict,
        }
    }

    /// Returns whether an unknown algorithm may be the reason why an entry does not match.
    pub fn is_unknown(&self, entry: &ListEntry, verdict: &io::Result<EntryVerdict>, totals: &ListTotals) -> bool {
        let Ok(EntryVerdict::Mismatched { unmatched, .. }) = verdict else { return false };
        // The digest of another algorithm may be next to a matching one of the same length.
        let is_beside = |len| expected_except(entry, unmatched).any(|other| other.length() == len);
        let is_known = |len| !is_beside(len) && totals.is_guessed(len);
        let doubts = Doubts { list: self.list, is_known: &is_known, is_beside: &is_beside };
        self.run.settings.named.is_empty() && totals.undecided.may_be(expected_at(entry, unmatched), &doubts)
    }

    /// Reports in JSON the entries whose algorithm remained unknown.
    ///
    /// # Errors
    /// Returns an error if writing to standard output fails.
    pub fn unknown(&self, totals: &mut ListTotals, output: &mut Output) -> io::Result<()> {
        for entry in totals.undecided.take().filter(|_| self.run.settings.style.json && !self.checking.status) {
            let (path, reason) = (entry.name.as_os_str().into(), Some("algorithm unknown"));
            let verdict = JsonVerdict { path, algorithm: None, status: "unknown", reason, moved_to: None };
            write_json(&verdict, output)?;
        }
        Ok(())
    }

    /// Reports on an entry.
    ///
    /// # Errors
    /// Returns an error if writing to standard output fails.
    pub fn verdict(
        &self,
        entry: &ListEntry,
        verdict: io::Result<EntryVerdict>,
        totals: &mut ListTotals,
        output: &mut Output,
    ) -> io::Result<()> {
        totals.proper += 1;
        let is_unknown = self.is_unknown(entry, &verdict, totals);
        let untagged = entry.expected.iter().filter(|expected| expected.candidates.len() > 1);
        if verdict.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
            totals.note_missing(entry);
        }
        match verdict {
            Err(error) if self.checking.ignore_missing && error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => {
                totals.unreadable += 1;
                let reason = error_text(&error);
                totals.report_unreadable(entry, &error, &reason, output);
                let reason = Some(reason.as_str());
                self.write(
                    entry,
                    PrintedVerdict { word: "FAILED open or read", status: "error", algorithms: &[], reason },
                    output,
                )
            }
            Ok(EntryVerdict::Matched(algorithms)) => {
                totals.matched += 1;
                for expected in untagged {
                    let candidate = expected.candidates.iter().find(|one| algorithms.contains(&one.spec.algorithm));
                    let Some(one) = candidate else { continue };
                    totals.guessed.insert((one.bytes.len(), one.spec.algorithm.tag()));
                    for changed in totals.undecided.settle(one.bytes.len()) {
                        totals.mismatched += 1;
                        self.write_failed(&changed, output)?;
                    }
                }
                if self.checking.quiet {
                    return Ok(());
                }
                self.write(
                    entry,
                    PrintedVerdict { word: "OK", status: "ok", algorithms: &algorithms, reason: None },
                    output,
                )
            }
            Ok(EntryVerdict::Mismatched { unmatched, .. }) if is_unknown => {
                totals.undecided.add(entry, expected_at(entry, &unmatched));
                Ok(())
            }
            Ok(EntryVerdict::Mismatched { .. }) => {
                totals.mismatched += 1;
                totals.note_untagged(untagged);
                self.write_failed(entry, output)
            }
        }
    }

    fn write_failed(&self, entry: &ListEntry, output: &mut Output) -> io::Result<()> {
        let verdict = PrintedVerdict { word: "FAILED", status: "failed", algorithms: &[], reason: None };
        self.write(entry, verdict, output)
    }

    fn write(&self, entry: &ListEntry, verdict: PrintedVerdict<'_>, output: &mut Output) -> io::Result<()> {
        let PrintedVerdict { word, status, algorithms, reason } = verdict;
        if self.checking.status {
            return Ok(());
        }
        if !self.run.settings.style.json {
            return write_verdict(self.run, &entry.name, word, output);
        }
        let algorithms = if algorithms.is_empty() { &[entry.algorithm()] } else { algorithms };
        let names: Vec<&str> = algorithms.iter().map(|algorithm| algorithm.name()).collect();
        let path = entry.name.as_os_str().into();
        write_json(&JsonVerdict { path, algorithm: Some(names.join(",")), status, reason, moved_to: None }, output)
    }

    fn uncovered(&self, name: &OsStr, range: std::ops::Range<u64>, output: &mut Output) {
        let last = range.end - 1;
        warn(
            &format!("{}: bytes {}-{last} are not covered by any line of {}", quoted(name), range.start, self.shown()),
            output,
        );
    }

    /// Reports the summary of the list, and returns the exit code.
    pub fn conclude(&self, mut totals: ListTotals, output: &mut Output) -> Exit {
        self.run.printing(|| self.sum_up(&mut totals, output));
        let verified = totals.matched > 0 || self.checking.audit && totals.proper > 0;
        if verified && totals.is_faultless(self.checking) { Exit::Success } else { Exit::Failure }
    }

    /// Returns whether the digest was given on the command line instead of in a list.
    fn is_expected(&self) -> bool {
        self.run.settings.is_expected
    }

    fn shown(&self) -> String {
        if self.list == "-" { "'standard input'".into() } else { quoted(self.list) }
    }
}

/// Writes `NAME: WORD`.
///
/// # Errors
/// Returns an error if writing to standard output fails.
pub fn write_verdict(run: ChecksumRun<'_>, name: &OsStr, word: &str, output: &mut Output) -> io::Result<()> {
    // Only a newline would break the line. coreutils escapes a name only if it contains one, and
    // then escapes everything.
    let escaped = escaped(name).filter(|_| name.as_bytes().contains(&b'\n'));
    let mark: &[u8] = if escaped.is_some() { b"\\" } else { b"" };
    let name = run.settings.style.shown(escaped.as_deref().unwrap_or(name.as_bytes()));
    output.write_all(&[mark, &name, b": ", word.as_bytes(), b"\n"].concat())
}

/// Writes a verdict as a line of JSON.
///
/// # Errors
/// Returns an error if writing to standard output fails.
pub fn write_json(object: &impl Serialize, output: &mut Output) -> io::Result<()> {
    let mut text = Vec::new();
    append_json(object, &mut text)?;
    text.push(b'\n');
    output.write_all(&text)
}
