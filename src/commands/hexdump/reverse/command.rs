//! Runs `mapped hexdump -r [DUMP [TARGET]]`.
//!
//! TARGET is the only file that this program opens for writing. It is patched in place and never
//! truncated, and it is created if it does not exist. A dump that can be read twice is checked
//! first, so that an error in the dump leaves TARGET unchanged.

use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};

use super::kernel::{ReadingState, ReverseKernel};
use super::{DumpNotation, Hints, Malformed, Placement, notation};
use crate::app::config::Config;
use crate::cli::hexdump::HexdumpArgs;
use crate::engine::{Outcome, Pipeline, SplitAt};
use crate::exit::Exit;
use crate::io::OwnFile;
use crate::os::{error_text, null_device};
use crate::output::{Destination, Output, escape_for_terminal, escape_name, print_message};

/// The block size for reading a dump.
const BLOCK: usize = 512 << 10;

/// The longest run of zeros that is written for a gap if the output cannot have holes.
const MAX_GAP: u64 = 1 << 30;

/// Converts a dump back to bytes.
///
/// # Errors
/// Returns an error if writing the output fails.
pub fn run(args: &HexdumpArgs, config: &Config, output: &mut Output) -> anyhow::Result<Exit> {
    let (notation, hints) = match notation::requested(args) {
        Ok(resolved) => resolved,
        Err(error) => return Ok(refuse(&error)),
    };
    let (dump, target) = match &args.shown.files[..] {
        [] => (OsStr::new("-"), None),
        [dump] => (dump.as_os_str(), None),
        [dump, target] => (dump.as_os_str(), Some(target).filter(|target| *target != "-")),
        _ => return Ok(refuse("--reverse takes at most a dump and a file to patch")),
    };
    let reading = ReverseRun { config, dump, notation, hints, shift: shift(args), is_patch: target.is_some() };
    let Some(target) = target else { return reading.write(output) };
    let patched = reading.check().and_then(|is_readable| {
        if !is_readable {
            return Ok(Exit::Failure);
        }
        let mut target = open(target, dump)?;
        let exit = reading.write(&mut target)?;
        target.flush()?;
        Ok(exit)
    });
    patched.or_else(|error| match error.downcast_ref::<std::io::Error>() {
        Some(error) => {
            print_message(format_args!("mapped: {}: {}", escape_name(target), error_text(error)));
            Ok(Exit::Failure)
        }
        None => {
            print_message(format_args!("mapped: {error:#}"));
            Ok(Exit::Failure)
        }
    })
}

fn refuse(error: &str) -> Exit {
    print_message(format_args!("mapped: {error}"));
    Exit::Failure
}

/// Returns the number added to every address, from the options that refer to addresses.
fn shift(args: &HexdumpArgs) -> u64 {
    let offset = args.common.offset.unwrap_or(0);
    (offset as u64).wrapping_sub(args.base.unwrap_or(0))
}

fn open(target: &OsString, dump: &OsStr) -> anyhow::Result<Output> {
    let file = File::options().write(true).create(true).truncate(false).open(target)?;
    if OwnFile::of(&file).is_some_and(|own| own.is_named(dump)) {
        anyhow::bail!("{}: the dump would overwrite itself", escape_name(target));
    }
    Ok(Output::to(file)?)
}

/// A dump and the settings for reading it.
struct ReverseRun<'a> {
    config: &'a Config,
    dump: &'a OsStr,
    notation: Option<DumpNotation>,
    hints: Hints,
    shift: u64,
    is_patch: bool,
}

impl ReverseRun<'_> {
    /// Checks all of a regular file without writing anything. Returns false if a failure to read the
    /// dump was reported.
    ///
    /// # Errors
    /// Returns the first line that cannot be converted.
    fn check(&self) -> anyhow::Result<bool> {
        // A stream can be read only once. Opening a directory or a missing file fails here, before
        // the target is created.
        let is_stream = |metadata: Metadata| !metadata.is_file() && !metadata.is_dir();
        if self.dump == "-" || std::fs::metadata(self.dump).is_ok_and(is_stream) {
            return Ok(true);
        }
        let mut nowhere = Output::to(null_device()?)?;
        let config = self.config.with_fresh_counters();
        let outcome = ReverseRun { config: &config, ..*self }.run(&mut nowhere, u64::MAX, true);
        match outcome.carry {
            Some(ReadingState::Failed(malformed)) if !outcome.failed => anyhow::bail!("{}", self.explain(&malformed)),
            _ => Ok(!outcome.failed),
        }
    }

    /// Writes the bytes of the dump.
    fn write(&self, output: &mut Output) -> anyhow::Result<Exit> {
        let longest_gap = if output.destination() == Destination::Regular { u64::MAX } else { MAX_GAP };
        let outcome = self.run(output, longest_gap, false);
        outcome.output?;
        if outcome.failed {
            // The line that a truncation left incomplete, or full of zeros, is not an error of its own.
            return Ok(Exit::Failure);
        }
        if let Some(ReadingState::Failed(malformed)) = &outcome.carry {
            output.flush()?;
            print_message(format_args!("mapped: {}", self.explain(malformed)));
            return Ok(Exit::Failure);
        }
        Ok(Exit::Success)
    }

    fn run(&self, output: &mut Output, longest_gap: u64, checks_only: bool) -> Outcome<Option<ReadingState>> {
        let mut engine = self.config.engine;
        engine.range.offset = 0;
        let placement = Placement { shift: self.shift, longest_gap, is_patch: self.is_patch };
        let kernel = ReverseKernel { notation: self.notation, hints: self.hints, placement, checks_only };
        let plan = engine.plan(SplitAt::Rows(1), BLOCK);
        let inputs = self.config.inputs(&[self.dump.to_owned()]).into_iter();
        engine.run(inputs, Pipeline { kernel: &kernel, plan, session: &self.config.stats }, None, output)
    }

    fn explain(&self, malformed: &Malformed) -> String {
        let Malformed { line, text, problem } = malformed;
        let name = if self.dump == "-" { "standard input".into() } else { escape_name(self.dump) };
        let text = escape_for_terminal(text.trim_ascii_end());
        format!("{name}: line {line}: {problem}: '{}'", String::from_utf8_lossy(&text))
    }
}
