//! `--residency`: one line a file of what is in memory, and the sum, as a table or as JSON.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::Stat;
use super::gather::Opened;
use super::picture::{human, percent};
use super::text::{picture, why};
use crate::exit::Exit;
use crate::os::page_size;
use crate::os::residency::{self, Cell};
use crate::output::Output;
use crate::output::escape_name;

/// Width of a file's picture: a table has little room, but the same for all.
const PICTURE: u64 = 24;

/// Prints the table.
pub(super) fn run(stat: &Stat<'_>, output: &mut Output) -> anyhow::Result<Exit> {
    let mut exit = Exit::Success;
    let mut sum = Sum::default();
    output.write_all(format!("{HEADING}\n").as_bytes())?;
    for name in stat.names() {
        let Some(facts) = stat.facts(name, output) else {
            exit = Exit::Failure;
            continue;
        };
        let opened = Opened::new(facts);
        exit = exit.and(stat.act(&opened, output).1);
        let size = opened.facts.inode.stx_size;
        let shown = escape_name(OsStr::from_bytes(name));
        let line = match opened.cells(PICTURE) {
            Some(Ok(cells)) => {
                sum.add(&cells);
                let resident = residency::total(&cells).resident;
                // A short file's row is short; what fills the column stands outside the frame.
                let spaces = " ".repeat(PICTURE as usize - cells.len());
                let picture = picture(&cells, stat.color) + &spaces;
                figures(resident, residency::pages(size), &picture, &shown)
            }
            Some(Err(unknown)) => {
                sum.unknown += 1;
                let note = format!("{shown} ({})", why(unknown));
                format!("{:>10} {:>10} {:>10} {:>8} {:26} {note}", "unknown", residency::pages(size), "-", "-", "")
            }
            // An empty file has no page, and what is not a regular file none that could be asked about.
            None => figures(0, 0, "||", &shown),
        };
        output.write_all(format!("{}\n", line.trim_end()).as_bytes())?;
    }
    if stat.args.files.len() > 1 {
        let unknown = if sum.unknown > 0 { format!(" ({} unknown)", sum.unknown) } else { String::new() };
        let line = figures(sum.resident, sum.pages, "", &format!("total{unknown}"));
        output.write_all(format!("{line}\n").as_bytes())?;
    }
    Ok(exit)
}

const HEADING: &str = "  RESIDENT      PAGES  IN MEMORY    SHARE  WHERE                     FILE";

#[derive(Default)]
struct Sum {
    resident: u64,
    pages: u64,
    unknown: u64,
}

impl Sum {
    fn add(&mut self, cells: &[Cell]) {
        self.resident += residency::total(cells).resident;
        self.pages += cells.iter().map(|cell| cell.pages).sum::<u64>();
    }
}

fn figures(resident: u64, pages: u64, picture: &str, name: &str) -> String {
    let memory = human(resident * page_size() as u64);
    format!("{resident:>10} {pages:>10} {memory:>10} {:>8} {picture:26} {name}", percent(resident, pages))
}
