//! The `grep` subcommand: print the lines that match.
//!
//! `settings` resolves what was typed, `pattern` (with `posix` and `longest`) compiles it, `walk`, `open`, `decode` and
//! `start` say which bytes of which files are searched, `search` finds the selected lines of a block, `context` adds
//! those around them across block borders, `print` and `json` write them, and `kernel` is what the engine runs. No block
//! is ever searched line by line unless its pattern leaves no other way.

mod colors;
mod context;
mod excerpt;
mod following;
mod json;
mod kernel;
mod longest;
mod open;
mod pattern;
mod posix;
mod print;
mod search;
mod settings;
mod start;
mod stream_select;
mod unstable;
mod walk;

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::sync::Arc;

use crate::app::config::Config;
use crate::cli::grep::{Args, BinaryFiles};
use crate::engine::{COUNTED, Cut, Plan};
use crate::exit::Exit;
use crate::output::{Destination, Output, complain, escape_name};
use crate::timestamp::Period;

use jiff::tz::TimeZone;

use crate::decode::Decoding;
use kernel::{Search, Totals};
use open::Opener;
use settings::{Environment, Report, Settings};
use start::{Part, Starts};
use walk::Walk;

/// Default block size in bytes where lines are printed: the windows and texts of two threads stay far below 100 MiB.
const BLOCK: usize = 8 << 20;

/// Block size in bytes where a match may span any number of lines: more than any input has.
const WHOLE: usize = 1 << 62;

/// Runs `mapped grep`.
///
/// # Errors
/// A pattern, a glob or an encoding that cannot be used, or a failure of standard output.
pub fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let config = Config::new(&args.common, output);
    let environment = Environment::read(config.color, output.destination() == Destination::Terminal);
    let walk = Walk::new(&args.inputs)?;
    let (settings, files) = Settings::resolve(args, &walk, &environment)?;
    let settings = Arc::new(settings);
    let inputs = &args.inputs;
    let is_decompressed = inputs.decompress || inputs.since.is_some() || inputs.until.is_some();
    let decoding = Decoding::new(is_decompressed && inputs.follow.is_none(), config.engine.threads)
        .with_text(inputs.encoding.as_deref())?;
    if settings.hopeless {
        return Ok(Exit::NoMatch);
    }
    let part = match (args.inputs.shard, args.printing.last) {
        (Some(shard), _) => Some(Part::Shard(shard)),
        (None, Some(0)) if args.inputs.follow.is_none() => return Ok(Exit::NoMatch),
        (None, last) => last.map(Part::Last),
    };
    let period = crate::app::config::period(inputs.since.as_deref(), inputs.until.as_deref())?;
    output.set_quiet(args.inputs.no_messages);
    output.set_line_buffered(args.printing.line_buffered);
    let progress = config.progress(&files, output);
    let is_quiet = args.inputs.no_messages || args.printing.quiet;
    let run = Run { settings: &settings, config: &config, walk: &walk, decoding: &decoding, period, part, is_quiet };
    let result = match inputs.follow {
        Some(_) if inputs.is_recursive() => Err(anyhow::anyhow!("--follow takes files, not directories")),
        Some(by) => run.follow(files, by, output),
        None => run.search(files, output),
    };
    drop(progress);
    config.finish();
    result
}

/// A search that is settled.
struct Run<'a> {
    settings: &'a Arc<Settings>,
    config: &'a Config,
    walk: &'a Walk,
    decoding: &'a Decoding,
    period: Option<(Period, TimeZone)>,
    part: Option<Part>,
    /// Whether nothing is to be said that is no error.
    is_quiet: bool,
}

impl Run<'_> {
    fn search(&self, files: Vec<OsString>, output: &mut Output) -> anyhow::Result<Exit> {
        let settings = self.settings;
        let stdin = std::io::stdin();
        let begun_at = rustix::fs::seek(&stdin, rustix::fs::SeekFrom::Current(0));
        let starts = Starts::default();
        let opener = self.opener(&starts);
        let inputs = self.walk.files(files).map(|found| opener.next(found));
        let kernel = Search { settings, starts: opener.is_partial().then_some(&starts), open_ended: false };
        let stats = &self.config.stats;
        let outcome = self.config.engine.run(inputs, self.plan(), &kernel, Totals::default(), output, stats);
        outcome.output?;
        let totals = outcome.carry;
        if settings.report == Report::Json {
            output.write_all(&totals.json.summary())?;
        }
        output.flush()?;
        if let (Some((name, format)), false, false) = (&totals.compressed, totals.selected_any, self.is_quiet) {
            let (name, format) = (escape_name(OsStr::from_bytes(name)), format.name());
            complain(format_args!(
                "mapped: {name}: {format} data, searched as it is; --decompress searches what it decodes to"
            ));
        }
        // As a program that reads line by line would: what comes after the last line wanted is the next reader's.
        if let (Ok(begun_at), Some(offset)) = (begun_at, totals.leave_at) {
            let _ = rustix::fs::seek(&stdin, rustix::fs::SeekFrom::Start(begun_at + offset));
        }
        Ok(match (totals.selected_any, outcome.failed) {
            (true, true) if settings.report == Report::Nothing => Exit::Success,
            (_, true) => Exit::Error,
            (true, false) => Exit::Success,
            (false, false) => Exit::NoMatch,
        })
    }

    fn opener<'o>(&'o self, starts: &'o Starts) -> Opener<'o> {
        let Run { settings, config, decoding, period, part, .. } = self;
        Opener { settings, config, decoding, period: period.as_ref(), part: *part, starts }
    }

    fn plan(&self) -> Plan {
        let settings = self.settings;
        let terminator = settings.query.terminator;
        let tells_binary = settings.binary != BinaryFiles::Text && settings.report != Report::Json;
        let or_nul = tells_binary && terminator != 0;
        let block = match settings.report {
            Report::Lines | Report::Json => BLOCK,
            _ => COUNTED,
        };
        let plan = self.config.engine.plan(Cut::Lines { terminator, or_nul }, block);
        if settings.multiline {
            return Plan { block: WHOLE, pread_block: WHOLE, ramp_up: false, ..plan };
        }
        Plan { holes: settings.leaps_holes(terminator), collapse_holes: settings.spans_holes(), ..plan }
    }
}
