//! The `bench` subcommand: an honest comparison of mmap and read on the user's file, machine and access pattern.
//!
//! `settings` resolves what was typed, `subject` is the files, `way` lists the ways and `pass` goes once over a
//! file by one of them, doing `work` in some `order`; `auto` does the same through the engine. `state` makes and
//! verifies cold and warm, `measure` runs the rounds, `pace` takes out how fast the machine was in each, `statistics`, `reason`
//! and `verdict` say what the figures mean, and `table`, `report` and `plot` show them.

mod auto;
mod measure;
mod order;
mod pace;
mod pass;
mod plot;
mod reason;
mod report;
mod settings;
mod state;
mod statistics;
mod subject;
mod table;
mod verdict;
mod way;
mod work;

use crate::app::config::{Config, temporary_directory, terminal_columns};
use crate::cli::bench::Args;
use crate::cli::common::{Common, Io};
use crate::exit::Exit;
use crate::output::Output;
use report::{Machine, Report};
use settings::Settings;
use subject::Subject;

/// The temporary file's size when none is asked for: some tenths of a second a pass on a slow disk, and more than any
/// processor's cache.
const FILE_SIZE: u64 = 256 << 20;

/// Runs `mapped bench`.
///
/// # Errors
/// A failure of standard output or of the chart's file, ways that disagree, options that contradict each other.
pub fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let common = Common {
        io: Io::Auto,
        threads: args.threads,
        block_size: None,
        offset: None,
        length: None,
        progress: args.progress,
        stats: None,
        color: args.color,
    };
    let config = Config::new(&common, output);
    let settings = Settings::new(args, config.engine.threads)?;
    let Some(subjects) = subjects(args, output)? else { return Ok(Exit::Failure) };

    let progress = config.progress_over(
        || {
            let bytes: u64 = subjects.iter().map(Subject::len).sum();
            let sequential = settings.pattern == crate::cli::bench::Pattern::Sequential;
            let runs = settings.ways.len() as u64 * settings.states.len() as u64 * u64::from(settings.runs);
            sequential.then_some(bytes * runs)
        },
        output,
    );
    let measured = measure::measure(&settings, &subjects, &config.stats);
    drop(progress);
    let measured = measured?;

    let verdicts = verdict::verdicts(&settings, &measured);
    let machine = Machine::here();
    if args.json {
        let report = Report::new(&settings, &subjects, &machine, &measured, &verdicts);
        output.write_all(&crate::output::to_json_pretty(&report)?)?;
        output.write_all(b"\n")?;
    } else if args.csv {
        output.write_all(report::csv(&settings, &subjects, &machine, &measured).as_bytes())?;
    } else {
        let look = table::Look { width: terminal_columns(output).unwrap_or(120), color: config.color };
        let text = table::table(&settings, &subjects, &machine, &measured, &verdicts, look);
        output.write_all(text.as_bytes())?;
    }
    if let Some(path) = &args.plot {
        plot::plot(path, &settings, &subjects, &machine, &measured)?;
    }
    output.flush()?;
    for line in report::missing(&measured) {
        crate::output::complain(format_args!("mapped: {line}"));
    }
    Ok(if measured.blocked.is_empty() { Exit::Success } else { Exit::Failure })
}

/// The files named, or one of our own; `None` when one cannot be measured, which has been reported.
fn subjects(args: &Args, output: &mut Output) -> anyhow::Result<Option<Vec<Subject>>> {
    if args.files.is_empty() {
        let directory = temporary_directory();
        let made = Subject::temporary(args.file_size.unwrap_or(FILE_SIZE), &directory);
        return match made {
            Ok(subject) => Ok(Some(vec![subject])),
            Err(error) => {
                output.report(directory.as_os_str(), &error);
                Ok(None)
            }
        };
    }
    let mut subjects = Vec::new();
    let mut failed = false;
    for name in &args.files {
        match Subject::named(name) {
            Ok(subject) => subjects.push(subject),
            Err(error) => {
                output.report(name, &error);
                failed = true;
            }
        }
    }
    Ok((!failed).then_some(subjects))
}
