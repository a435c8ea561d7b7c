//! The summary of a list: faults in its lines, and the number of files that did not match.

use std::collections::BTreeSet;
use std::ffi::OsStr;

use super::super::super::name::{quoted, warn};
use super::super::advice;
use super::{CheckReport, ListTotals};
use crate::output::Output;

impl CheckReport<'_> {
    /// Reports the summary, in one line if nothing could be checked.
    pub(super) fn sum_up(&self, totals: &mut ListTotals, output: &mut Output) {
        totals.end_pieces(self, output);
        let list = self.shown();
        let compressed = if totals.proper == 0 { advice::compressed(self.list) } else { None };
        if totals.nul > 0 && compressed.is_none() {
            warn(&format!("{list}: lines contain NUL bytes; use --zero if they end with NUL"), output);
        }
        if let Some(number) = totals.cut {
            let text = "has no line end, and its digest is shorter than usual: the list may be cut off";
            warn(&format!("{list}: line {number} {text}"), output);
        }
        if let Some(unknown) = &totals.unknown {
            let name = quoted(OsStr::new(unknown));
            warn(&format!("{list}: unknown algorithm {name}; see --list-algorithms"), output);
        }
        if totals.broken {
            return;
        }
        if totals.proper == 0 {
            return self.explain_emptiness(totals, compressed, output);
        }
        if self.checking.status {
            return;
        }
        if let Some(summary) = totals.undecided.summary(totals.proper) {
            warn(&format!("{list}: {summary}"), output);
        }
        let warnings = [
            (totals.improper, "line is improperly formatted", "lines are improperly formatted"),
            match self.is_expected() {
                true => (totals.unreadable, "file could not be read", "files could not be read"),
                false => (totals.unreadable, "listed file could not be read", "listed files could not be read"),
            },
            (totals.mismatched, "computed checksum did NOT match", "computed checksums did NOT match"),
        ];
        for (count, one, many) in warnings {
            match count {
                0 => {}
                1 => warn(&format!("WARNING: 1 {one}"), output),
                _ => warn(&format!("WARNING: {count} {many}"), output),
            }
        }
        if self.checking.ignore_missing && totals.matched == 0 {
            warn(&format!("{list}: no file was verified"), output);
        }
        if let Some(listed) = totals.first_missing.as_deref().filter(|_| totals.missing == totals.proper)
            && let Some(directory) = &self.checking.directory
        {
            warn(&advice::other_directory(directory, listed), output);
        }
        if totals.is_signed {
            warn(&format!("{list}: the signature was not verified"), output);
        }
        self.explain_guesses(totals, output);
    }

    /// Reports that no line could be checked, unless the reason has been reported.
    fn explain_emptiness(&self, totals: &ListTotals, compressed: Option<String>, output: &mut Output) {
        let is_tool = crate::output::is_tool();
        if let Some(text) = compressed.filter(|_| !self.is_expected()) {
            return warn(&format!("{}: {text}", self.shown()), output);
        }
        let text = match totals.undecided.unsupported() {
            Some(_) if !is_tool && totals.unknown.is_some() => return,
            _ if totals.is_binary => String::from("not a list of digests, but binary data"),
            Some(text) if !is_tool && self.run.settings.named.is_empty() => text,
            _ => {
                let advice = advice::other_algorithm(self.list, &self.run.settings.named).filter(|_| !is_tool);
                let advice = advice.map(|advice| format!("; {advice}")).unwrap_or_default();
                format!("no properly formatted checksum lines found{advice}")
            }
        };
        warn(&format!("{}: {text}", self.shown()), output);
    }

    /// Reports untagged digests whose algorithm is unknown or uncertain.
    fn explain_guesses(&self, totals: &ListTotals, output: &mut Output) {
        let list = self.shown();
        match totals.skipped {
            0 => {}
            1 => warn(&format!("{list}: 1 digest besides those that match has an unknown algorithm"), output),
            count => {
                warn(&format!("{list}: {count} digests besides those that match have unknown algorithms"), output);
            }
        }
        if let Some(names) = &totals.unmatched {
            let what = if self.is_expected() { "the digest does not name its" } else { "lines do not name their" };
            warn(&format!("{list}: {what} algorithm; tried {names}; name it with --algorithm"), output);
        }
        let lengths: BTreeSet<usize> = totals.guessed.iter().map(|(len, _)| *len).collect();
        for len in lengths {
            let names: Vec<&str> =
                totals.guessed.iter().filter(|(guessed, _)| *guessed == len).map(|(_, name)| *name).collect();
            if names.len() > 1 {
                let names = names.join(", ");
                warn(&format!("{list}: untagged lines matched by different algorithms: {names}"), output);
            }
        }
    }
}
