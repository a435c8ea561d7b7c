//! `--check`: reads lists of digests and says of each file whether it still has its own.
//!
//! Messages and exit codes are those of coreutils. A file that cannot be read to its end, or that changes while it is
//! read, is FAILED with the reason: there is no digest of half a file, and so never an OK for one.

use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead, BufReader};
use std::sync::atomic::{AtomicU8, Ordering};

use serde::Serialize;

use super::format::JsonPath;
use super::list::{Entry, Line, Parser};
use super::name::{complain, escaped, quoted, report};
use super::settings::Settings;
use super::{between, prepare};
use crate::app::config::Config;
use crate::app::progress::Progress;
use crate::cli::checksum::Checking;
use crate::digest::algorithm::{Algorithm, Spec};
use crate::digest::file::digest;
use crate::digest::hasher::Recipe;
use crate::engine::{Input, Permits, Steps, map_in_order};
use crate::exit::Exit;
use crate::io::path;
use crate::output::{Output, append_json, message};

/// Checks every list.
///
/// # Errors
/// A failure of standard output.
pub fn run(
    settings: &Settings,
    checking: &Checking,
    config: &Config,
    progress: Option<&Progress>,
    output: &mut Output,
) -> io::Result<Exit> {
    let mut exit = Exit::Success;
    for list in &settings.files {
        let check = Check { settings, checking, config, progress, list, guess: Guess::default() };
        exit = exit.and(match open(list) {
            Ok(lines) => check.run(lines, output)?,
            Err(error) => {
                report(list, &error, output);
                Exit::Failure
            }
        });
    }
    Ok(exit)
}

fn open(list: &OsStr) -> io::Result<Box<dyn BufRead + Send>> {
    if list == "-" {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    let file = path::open(list)?;
    if file.metadata()?.is_dir() {
        return Err(io::Error::from_raw_os_error(libc::EISDIR));
    }
    Ok(Box::new(BufReader::with_capacity(1 << 16, file)))
}

/// Which algorithm of those that its length allows a list turned out to use: the place among the guesses.
#[derive(Default)]
struct Guess(AtomicU8);

/// One list's check.
struct Check<'a> {
    settings: &'a Settings,
    checking: &'a Checking,
    config: &'a Config,
    progress: Option<&'a Progress>,
    list: &'a OsStr,
    guess: Guess,
}

/// A line that has to be told of.
enum Job {
    Improper(u64),
    /// With its file.
    Entry(Entry, Box<Input<'static>>),
    Broken(io::Error),
}

enum Outcome {
    Improper(u64),
    Broken(io::Error),
    Checked { name: OsString, verdict: io::Result<Option<Algorithm>>, expected: Algorithm },
}

/// What a list came to.
#[derive(Default)]
struct Totals {
    proper: u64,
    improper: u64,
    matched: u64,
    mismatched: u64,
    unreadable: u64,
    broken: bool,
}

#[derive(Serialize)]
struct JsonVerdict<'a> {
    #[serde(flatten)]
    path: JsonPath,
    algorithm: &'static str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

impl Check<'_> {
    fn run(&self, mut lines: Box<dyn BufRead + Send>, output: &mut Output) -> io::Result<Exit> {
        let mut parser = Parser::new(&self.settings.named);
        let mut number = 0;
        let mut ended = false;
        let jobs = std::iter::from_fn(move || {
            let mut line = Vec::new();
            while !ended {
                line.clear();
                match lines.read_until(b'\n', &mut line) {
                    Ok(0) => ended = true,
                    Ok(_) => number += 1,
                    Err(error) => {
                        ended = true;
                        return Some(Job::Broken(error));
                    }
                }
                match parser.parse(&line) {
                    Line::Nothing => {}
                    Line::Improper => return Some(Job::Improper(number)),
                    Line::Entry(entry) => {
                        let file = Box::new(Input::Named(entry.name.clone()));
                        return Some(Job::Entry(entry, file));
                    }
                }
            }
            None
        });
        let mut totals = Totals::default();
        let work = |job, permits: &Permits| match job {
            Job::Improper(number) => Outcome::Improper(number),
            Job::Broken(error) => Outcome::Broken(error),
            Job::Entry(entry, file) => {
                let verdict = self.verify(&entry, *file, permits);
                Outcome::Checked { name: entry.name, verdict, expected: entry.specs[0].algorithm }
            }
        };
        let ahead = |job: &mut Job, turn| {
            if let Job::Entry(_, file) = job {
                prepare(file, turn, self.config);
            }
        };
        let emit = |result| between(self.progress, || self.tell(result, &mut totals, output));
        map_in_order(self.config.engine.threads, &self.config.stats, jobs, Steps { ahead, work, emit })?;
        between(self.progress, || self.sum_up(&totals, output));
        Ok(if self.is_success(&totals) { Exit::Success } else { Exit::Failure })
    }

    /// The algorithm by which the file has the digest, or `None` when it has another.
    fn verify(&self, entry: &Entry, file: Input<'_>, permits: &Permits) -> io::Result<Option<Algorithm>> {
        let guess = usize::from(self.guess.0.load(Ordering::Relaxed));
        let mut specs: Vec<(usize, Spec)> = entry.specs.iter().copied().enumerate().collect();
        if guess < specs.len() {
            specs[..=guess].rotate_right(1);
        }
        // What cannot be read twice is taken through all that it may be at once.
        let again = entry.name != "-" && path::metadata(&entry.name).is_ok_and(|meta| meta.is_file());
        let rounds = if again { specs.split_at(1) } else { specs.split_at(specs.len()) };
        let mut file = Some(file);
        for round in [rounds.0, rounds.1].into_iter().filter(|round| !round.is_empty()) {
            let settled = &self.settings.recipes[0];
            let recipes: Vec<Recipe> = round.iter().map(|&(_, spec)| Recipe { spec, ..*settled }).collect();
            let file = file.take().unwrap_or_else(|| Input::Named(entry.name.clone()));
            let engine = &self.config.engine;
            let (source, _) = file.open(engine.policy, engine.range).map_err(|(_, error)| error)?;
            let digests = digest(source, &recipes, self.config, permits)?;
            let found = digests.iter().zip(round).find(|(digest, _)| digest.bytes == entry.digest);
            if let Some((_, &(place, spec))) = found {
                self.guess.0.store(place as u8, Ordering::Relaxed);
                return Ok(Some(spec.algorithm));
            }
        }
        Ok(None)
    }

    fn tell(&self, result: Outcome, totals: &mut Totals, output: &mut Output) -> io::Result<()> {
        let (name, verdict, expected) = match result {
            Outcome::Broken(error) => {
                totals.broken = true;
                report(self.list, &error, output);
                return Ok(());
            }
            Outcome::Improper(number) => {
                totals.improper += 1;
                if self.checking.warn {
                    let kind = match self.settings.named[..] {
                        [one] => format!("{} ", one.tag()),
                        _ => String::new(),
                    };
                    let list = self.shown();
                    complain(&format!("{list}: {number}: improperly formatted {kind}checksum line"), output);
                }
                return Ok(());
            }
            Outcome::Checked { name, verdict, expected } => (name, verdict, expected),
        };
        totals.proper += 1;
        match verdict {
            Err(error) if self.checking.ignore_missing && error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => {
                totals.unreadable += 1;
                let reason = message(&error);
                report(&name, &error, output);
                self.write(&name, ("FAILED open or read", "error"), expected, Some(&reason), output)
            }
            Ok(Some(algorithm)) => {
                totals.matched += 1;
                if self.checking.quiet { Ok(()) } else { self.write(&name, ("OK", "ok"), algorithm, None, output) }
            }
            Ok(None) => {
                totals.mismatched += 1;
                self.write(&name, ("FAILED", "failed"), expected, None, output)
            }
        }
    }

    fn write(
        &self,
        name: &OsStr,
        (word, status): (&str, &'static str),
        algorithm: Algorithm,
        reason: Option<&str>,
        output: &mut Output,
    ) -> io::Result<()> {
        use std::os::unix::ffi::OsStrExt;
        if self.checking.status {
            return Ok(());
        }
        let mut text = Vec::new();
        if self.settings.style.json {
            let verdict = JsonVerdict { path: name.into(), algorithm: algorithm.name(), status, reason };
            append_json(&verdict, &mut text)?;
        } else {
            // Only a newline would break the line; coreutils escapes for that one, and then all.
            let escaped = escaped(name).filter(|_| name.as_bytes().contains(&b'\n'));
            text.extend(escaped.is_some().then_some(b'\\'));
            text.extend(&*self.settings.style.shown(escaped.as_deref().unwrap_or(name.as_bytes())));
            text.extend(b": ");
            text.extend(word.as_bytes());
        }
        text.push(b'\n');
        output.write_all(&text)
    }

    fn sum_up(&self, totals: &Totals, output: &mut Output) {
        let list = self.shown();
        if totals.broken {
            return;
        }
        if totals.proper == 0 {
            return complain(&format!("{list}: no properly formatted checksum lines found"), output);
        }
        if self.checking.status {
            return;
        }
        let warnings = [
            (totals.improper, "line is improperly formatted", "lines are improperly formatted"),
            (totals.unreadable, "listed file could not be read", "listed files could not be read"),
            (totals.mismatched, "computed checksum did NOT match", "computed checksums did NOT match"),
        ];
        for (count, one, many) in warnings {
            match count {
                0 => {}
                1 => complain(&format!("WARNING: 1 {one}"), output),
                _ => complain(&format!("WARNING: {count} {many}"), output),
            }
        }
        if self.checking.ignore_missing && totals.matched == 0 {
            complain(&format!("{list}: no file was verified"), output);
        }
    }

    fn shown(&self) -> String {
        if self.list == "-" { "'standard input'".into() } else { quoted(self.list) }
    }

    fn is_success(&self, totals: &Totals) -> bool {
        let formatted = totals.improper == 0 || !self.checking.strict;
        !totals.broken && totals.matched > 0 && totals.mismatched == 0 && totals.unreadable == 0 && formatted
    }
}
