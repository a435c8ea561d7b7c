//! `--residency`: prints a table of the pages in memory, with a row per file and a total.
//!
//! A file with several names is counted once in the total. A directory, a link or any other file
//! without its own pages is listed without figures.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fmt::Display;

use super::Stat;
use super::facts::FileFacts;
use super::inspection::{OpenedFile, lives_in_memory, states_no_size};
use super::picture::{human, percent};
use super::text::{picture, why};
use crate::exit::Exit;
use crate::io::path;
use crate::io::walk::{Walk, WalkOrder};
use crate::os::page_size;
use crate::os::posix::{FileType, OsStrExt};
use crate::os::residency;
use crate::output::Output;
use crate::output::escape_name;

/// The width of each picture in the table, which is smaller or omitted on a narrow terminal.
const PICTURE: usize = 24;

/// The width of the columns before the picture.
const FIGURES: usize = 42;

/// The width for names next to a picture with its frame.
const NAME: usize = 12;

/// The narrowest picture that is readable.
const MIN_PICTURE: usize = 8;

/// Prints the table.
pub(super) fn run(stat: &Stat<'_>, output: &mut Output) -> anyhow::Result<Exit> {
    let columns = stat.columns.unwrap_or(usize::MAX);
    let width = columns.saturating_sub(FIGURES + 2 + NAME).min(PICTURE);
    let picture = if width < MIN_PICTURE { 0 } else { width };
    let mut table =
        ResidencyTable { stat, output, picture, sum: ResidencySum::default(), exit: Exit::Success, rows: 0 };
    table.heading()?;
    for name in stat.names() {
        let path = OsStr::from_bytes(name);
        if stat.args.recursive && path::is_directory(path) {
            for found in Walk::new(path.to_owned(), WalkOrder::Paths, stat.args.dereference, |_, _, _| true) {
                match found {
                    Ok(found) => table.file(found.path().as_bytes())?,
                    Err((path, error)) => {
                        table.output.report(&path, &error);
                        table.exit = Exit::Failure;
                    }
                }
            }
        } else {
            table.file(name)?;
        }
    }
    if table.rows > 1 {
        table.total()?;
    }
    Ok(table.exit)
}

struct ResidencyTable<'t> {
    stat: &'t Stat<'t>,
    output: &'t mut Output,
    /// The width of the pictures without their frames, or 0 to omit them.
    picture: usize,
    sum: ResidencySum,
    exit: Exit,
    rows: usize,
}

impl ResidencyTable<'_> {
    fn heading(&mut self) -> anyhow::Result<()> {
        self.row(["RESIDENT", "PAGES", "IN MEMORY", "SHARE"], " WHERE", "FILE")
    }

    /// Prints a row. A row has a frame only if it has a picture of its pages.
    fn row(&mut self, figures: [impl Display; 4], picture: &str, name: &str) -> anyhow::Result<()> {
        let [resident, pages, memory, share] = figures;
        let line = match self.picture {
            0 => format!("{resident:>8} {pages:>7} {memory:>9} {share:>6}  {name}"),
            width => {
                let width = width + 2;
                format!("{resident:>10} {pages:>10} {memory:>10} {share:>8} {picture:width$} {name}")
            }
        };
        self.output.write_all(format!("{}\n", line.trim_end()).as_bytes())?;
        Ok(())
    }

    fn file(&mut self, name: &[u8]) -> anyhow::Result<()> {
        self.rows += 1;
        let Some(facts) = self.stat.facts(name, self.output) else {
            self.exit = Exit::Failure;
            return Ok(());
        };
        let opened = OpenedFile::with_devices(facts);
        self.exit = self.exit.and(self.stat.act(&opened, self.output).1);
        let within = self.stat.wanted_range(opened.size());
        let shown = escape_name(OsStr::from_bytes(name));
        let (figures, picture, name) = match opened.cells_within(within.clone(), self.picture.max(1) as u64) {
            Some(Ok(cells)) => {
                let total = residency::total(&cells);
                let pages = cells.iter().map(|cell| cell.pages).sum();
                let is_new = self.sum.add(&opened.facts, total.resident, pages);
                // A short file's picture is short, and its padding is outside the frame.
                let spaces = " ".repeat(self.picture.max(1) - cells.len());
                let picture = picture(&cells, self.stat.color) + &spaces;
                let mut notes = Vec::new();
                if !is_new {
                    notes.push("already counted under another name");
                }
                if total.is_estimate {
                    notes.push("estimated");
                }
                if lives_in_memory(&opened.facts) && total.resident > 0 {
                    notes.push("cannot be dropped: not backed by a disk");
                }
                let note = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join("; ")) };
                (figures(total.resident, pages), picture, format!("{shown}{note}"))
            }
            Some(Err(unknown)) => {
                self.sum.unknown += 1;
                let pages = residency::pages(within.end - within.start);
                let figures = ["unknown", &pages.to_string(), "-", "-"].map(String::from);
                (figures, String::new(), format!("{shown} ({})", why(unknown)))
            }
            None => match without_pages(&opened.facts) {
                Some(kind) => ([(); 4].map(|()| "-".to_owned()), String::new(), format!("{shown} ({kind})")),
                None => (figures(0, 0), "||".into(), shown.into_owned()),
            },
        };
        self.row(figures, &picture, &name)
    }

    fn total(&mut self) -> anyhow::Result<()> {
        let unknown = if self.sum.unknown > 0 { format!(" ({} unknown)", self.sum.unknown) } else { String::new() };
        self.row(figures(self.sum.resident, self.sum.pages), "", &format!("total{unknown}"))
    }
}

/// Returns why a file has no pages of its own, or `None` for a file that is merely empty.
fn without_pages(facts: &FileFacts) -> Option<&'static str> {
    match facts.kind() {
        FileType::RegularFile => states_no_size(facts).then_some("size unknown"),
        _ => Some(facts.kind_text()),
    }
}

/// The pages in memory of all files. A file with several names is counted once.
#[derive(Default)]
struct ResidencySum {
    resident: u64,
    pages: u64,
    unknown: u64,
    /// The device and inode of each counted file.
    seen: HashSet<(u32, u32, u64)>,
}

impl ResidencySum {
    /// Counts a file, unless it was counted before. Returns whether it is new.
    fn add(&mut self, facts: &FileFacts, resident: u64, pages: u64) -> bool {
        let inode = &facts.inode;
        let is_new = self.seen.insert((inode.stx_dev_major, inode.stx_dev_minor, inode.stx_ino));
        if is_new {
            self.resident += resident;
            self.pages += pages;
        }
        is_new
    }
}

fn figures(resident: u64, pages: u64) -> [String; 4] {
    let memory = human(resident * page_size() as u64);
    [resident.to_string(), pages.to_string(), memory, percent(resident, pages)]
}
