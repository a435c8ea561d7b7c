//! The `bench` subcommand: an honest comparison of mmap and read on the user's file, machine and access pattern.
//!
//! `settings` resolves the command line and `method` lists the methods. `measure` runs the rounds: `state`
//! makes and verifies cold and warm, `pass` reads a file once by one of the methods, doing `work` in some
//! `order`. `statistics`, `reason` and `verdict` say what the figures mean; `table`, `report`, `csv` and
//! `plot` show them. Nothing here decides how other subcommands read.

mod auto;
mod compare;
mod csv;
mod duel;
mod earlier;
mod figures;
mod findings;
mod latency;
mod load;
mod machine;
mod measure;
mod method;
mod order;
mod pace;
mod pass;
mod plot;
mod queue;
mod reason;
mod report;
mod row;
mod settings;
mod state;
mod statistics;
mod subject;
mod table;
mod verdict;
mod work;
mod workers;

use crate::app::config::{Config, temporary_directory, terminal_columns};
use crate::app::report_file::ReportFile;
use crate::cli::bench::BenchArgs;
use crate::cli::common::{Common, Io};
use crate::exit::Exit;
use crate::output::{Output, print_message};
use earlier::EarlierDocument;
use findings::Findings;
use machine::Machine;
use report::BenchReport;
use settings::BenchSettings;
use state::CacheState;
use subject::Subject;

/// The default size of the temporary file: large enough for a few tenths of a second per pass on a
/// slow disk, and larger than any processor's cache.
const FILE_SIZE: u64 = 256 << 20;

/// Runs `mapped bench`.
///
/// # Errors
/// Returns an error if standard output or the chart cannot be written, if methods disagree on the
/// result, or if the options contradict each other.
pub fn run(args: &BenchArgs, output: &mut Output) -> anyhow::Result<Exit> {
    let common = common(args);
    let config = Config::new(&common, output)?;
    config.reject_stats_over(&args.files)?;
    let Some(settings) = resolve(args, config.engine.threads)? else { return Ok(Exit::Error) };
    let chart = chart(args)?;
    let Some(subjects) = subjects(args, output)? else { return Ok(Exit::Failure) };

    let progress = config.progress_towards(
        || {
            let bytes: u64 = subjects.iter().map(Subject::len).sum();
            let sequential = settings.pattern == crate::cli::bench::AccessPattern::Sequential;
            let methods = settings.selection.methods(settings.pattern);
            let rows = |&state: &CacheState| {
                methods.iter().filter(|method| settings.selection.fits(method, state)).count() as u64
            };
            let rows: u64 = settings.states.iter().map(rows).sum();
            sequential.then_some(bytes * rows * u64::from(settings.runs))
        },
        output,
    );
    let measured = measure::measure(&settings, &subjects, &config.stats);
    drop(progress);
    let measured = measured?;

    let machine = Machine::here();
    let compare = |earlier| compare::compare(earlier, &settings, &machine, &measured);
    let findings = Findings {
        settings: &settings,
        subjects: &subjects,
        comparison: settings.earlier.as_ref().map(compare),
        machine,
        measured: &measured,
        verdicts: verdict::verdicts(&settings, &measured),
    };
    if args.json {
        output.write_all(&crate::output::to_json_pretty(&BenchReport::new(&findings))?)?;
        output.write_all(b"\n")?;
    } else if args.csv {
        output.write_all(csv::csv(&findings).as_bytes())?;
    } else {
        let style = table::TableStyle { width: terminal_columns(output).unwrap_or(120), color: config.color };
        output.write_all(table::table(&findings, style).as_bytes())?;
    }
    if let Some(file) = chart {
        let svg = plot::draw(&findings).map_err(|error| anyhow::anyhow!("chart: {error}"))?;
        file.write(svg.as_bytes())?;
    }
    output.flush()?;
    for line in report::missing(&measured) {
        print_message(format_args!("mapped: {line}"));
    }
    config.finish()?;
    Ok(if measured.blocked.is_empty() { Exit::Success } else { Exit::Failure })
}

/// Returns the shared options, with defaults for those that `bench` does not have.
fn common(args: &BenchArgs) -> Common {
    Common {
        io: Io::Auto,
        threads: args.threads,
        block_size: None,
        offset: None,
        length: None,
        progress: args.progress,
        stats: args.stats.clone(),
        color: args.color,
    }
}

/// Resolves the command line. Returns `None` after reporting that it is invalid.
fn resolve(args: &BenchArgs, threads: usize) -> anyhow::Result<Option<BenchSettings>> {
    match BenchSettings::new(args, threads) {
        Ok(mut settings) => {
            settings.earlier = args.compare.as_deref().map(EarlierDocument::read).transpose()?;
            Ok(Some(settings))
        }
        Err(error) => {
            print_message(format_args!("mapped: {error:#}"));
            Ok(None)
        }
    }
}

/// Opens the file for the chart, which must not be one of the measured files.
fn chart(args: &BenchArgs) -> anyhow::Result<Option<ReportFile>> {
    let chart = args.plot.as_deref().map(ReportFile::create).transpose()?;
    chart.iter().try_for_each(|file| file.refuse_input(&args.files))?;
    Ok(chart)
}

/// Returns the files given as operands, or a temporary one. Returns `None` after reporting one that
/// cannot be measured.
fn subjects(args: &BenchArgs, output: &mut Output) -> anyhow::Result<Option<Vec<Subject>>> {
    if args.files.is_empty() {
        let directory = temporary_directory();
        let made = Subject::temporary(args.file_size.unwrap_or(FILE_SIZE), &directory);
        return match made {
            Ok(subject) => {
                // Without a message, a run this long seems to wait for input.
                let name = crate::output::escape_name(directory.as_os_str());
                print_message(format_args!("mapped: no file given: measuring a temporary file in {name}"));
                Ok(Some(vec![subject]))
            }
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
