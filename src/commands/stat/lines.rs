//! `--lines`: counts newlines in parallel and prints the counts as `wc -l` does.

use std::ffi::OsString;

use super::quoting::{QuotingStyle, quote};
use crate::app::config::Config;
use crate::engine::{Block, COUNTED, Cut, Flow, Kernel};
use crate::exit::Exit;
use crate::os::posix::OsStrExt;
use crate::output::Output;

/// Counts newlines and prints the count at the end of each input.
struct LineCountKernel {
    /// The width that counts are aligned to.
    width: usize,
    /// Whether to print names. Without file arguments, standard input has none.
    names: bool,
}

impl Kernel for LineCountKernel {
    type Part = u64;
    /// Newlines so far in this input, and in all inputs before it.
    type Carry = (u64, u64);

    fn scan(&self, block: &Block) -> u64 {
        super::newlines::count(block.bytes())
    }

    fn carry(&self, block: &Block, count: &mut u64, (here, before): &mut (u64, u64)) -> Flow {
        if block.is_first() {
            *before += std::mem::take(here);
        }
        *here += *count;
        *count = *here;
        Flow::Continue
    }

    fn format(&self, block: &Block, count: &mut u64, text: &mut Vec<u8>) {
        if block.is_last() {
            let name = if self.names { block.source().name().as_bytes() } else { b"" };
            self.line(*count, name, text);
        }
    }
}

impl LineCountKernel {
    fn line(&self, count: u64, name: &[u8], text: &mut Vec<u8>) {
        text.extend_from_slice(format!("{count:width$}", width = self.width).as_bytes());
        if !name.is_empty() {
            text.push(b' ');
        }
        // A newline in a name would split the line; wc quotes such a name, and no other.
        if name.contains(&b'\n') {
            text.extend_from_slice(&quote(name, QuotingStyle::ShellEscape));
        } else {
            text.extend_from_slice(name);
        }
        text.push(b'\n');
    }
}

/// Prints the number of newlines in each of `files`, and the total of several.
pub fn run(files: &[OsString], config: &Config, output: &mut Output) -> anyhow::Result<Exit> {
    let kernel = LineCountKernel { width: width(files), names: !files.is_empty() };
    let mut plan = config.engine.plan(Cut::Exact, COUNTED);
    // A hole contains no newline, so it need not be read.
    plan.holes = true;
    let inputs = config.inputs(files).into_iter();
    let outcome = config.engine.run(inputs, plan, &kernel, (0, 0), output, &config.stats);
    outcome.output?;
    if files.len() > 1 {
        let (here, before) = outcome.carry;
        let mut text = Vec::new();
        kernel.line(here + before, b"total", &mut text);
        output.write_all(&text)?;
    }
    Ok(if outcome.failed { Exit::Failure } else { Exit::Success })
}

/// Returns the number of digits in the files' total size, which no count exceeds, or seven if a
/// size is unknown.
///
/// A single file's count needs no alignment.
fn width(files: &[OsString]) -> usize {
    if files.len() < 2 {
        return 1;
    }
    let mut total = 0u64;
    let mut least = 1;
    for file in files {
        let metadata = if file == "-" { std::fs::metadata("/proc/self/fd/0") } else { crate::io::path::metadata(file) };
        match metadata {
            Ok(metadata) if metadata.is_file() => total += metadata.len(),
            Ok(_) => least = 7,
            Err(_) => {}
        }
    }
    total.to_string().len().max(least)
}
