//! `--audit`: finds the differences between a tree and its list, in both directions.
//!
//! Each listed name is kept as 16 bytes, and digests are kept only for missing files. An unlisted
//! file is hashed only if files are missing, to find out whether it is one of them and was moved.
//! The audit covers only the directories at the start of listed names and those given as operands
//! with the lists.

mod roots;

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::check::advice;
use super::check::report::{JsonVerdict, write_json, write_verdict};
use super::check::verify::EntryVerdict;
use super::list::{DigestCandidate, ListEntry};
use super::{ChecksumRun, name};
use crate::cli::checksum::Checking;
use crate::commands::file_digest;
use crate::digest::{Digest, Recipe, Spec};
use crate::engine::{Input, MapSteps, Permits, map_in_order};
use crate::exit::Exit;
use crate::io::path;
use crate::io::walk::{Walk, WalkOrder};
use crate::os::Status;
use crate::os::posix::OsStrExt;
use crate::output::Output;
use roots::Roots;

/// The digests of an unlisted file, `None` for a file to skip, or the reason why it has none.
type Hashed = Result<Option<(OsString, Vec<Digest>)>, (OsString, io::Error)>;

/// The number of files with each result.
#[derive(Clone, Copy, Debug, Default, Serialize)]
struct AuditCounts {
    matched: u64,
    changed: u64,
    moved: u64,
    missing: u64,
    new: u64,
    unreadable: u64,
    /// Files that were not verified, because the algorithm of their digests is unknown.
    #[serde(skip_serializing_if = "is_zero")]
    unknown: u64,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// A listed file that is missing.
#[derive(Debug)]
struct Missing {
    name: OsString,
    /// The candidates for the file's first digest.
    candidates: Vec<DigestCandidate>,
    /// Whether the file was found under another name.
    moved: bool,
}

/// The contents of the lists, and the files seen so far.
#[derive(Debug)]
pub struct Audit {
    directory: PathBuf,
    names: HashSet<[u8; 16]>,
    roots: Roots,
    /// The directories given as operands, and whether any listed name starts with each.
    searched: Vec<(PathBuf, bool)>,
    /// The first listed name.
    listed: Option<OsString>,
    missing: Vec<Missing>,
    /// The lists, which are not part of the tree.
    excluded: Vec<Status>,
    counts: AuditCounts,
}

#[derive(Serialize)]
struct JsonSummary {
    audit: AuditCounts,
}

impl Audit {
    /// Returns an audit of the files below `directory`, or below the current directory.
    pub fn new(directory: Option<&OsStr>) -> Audit {
        Audit {
            directory: directory.map(PathBuf::from).unwrap_or_default(),
            names: HashSet::new(),
            roots: Roots::default(),
            searched: Vec::new(),
            listed: None,
            missing: Vec::new(),
            excluded: Vec::new(),
            counts: AuditCounts::default(),
        }
    }

    /// Adds a directory given as an operand to the directories to audit.
    pub fn search(&mut self, tree: &OsStr) {
        let tree = name::plain(Path::new(tree));
        self.roots.search(tree.clone());
        self.searched.push((tree, false));
    }

    /// Excludes a list from the audit, because a list does not contain itself.
    pub fn exclude(&mut self, list: &OsStr) {
        self.excluded.extend(path::status(list));
    }

    /// Records the verdict on a listed file. `is_unknown` says whether its algorithm may be
    /// unknown.
    pub fn note(&mut self, entry: &ListEntry, verdict: &io::Result<EntryVerdict>, is_unknown: bool) {
        let piece = entry.piece().map(|(name, _)| name);
        for name in [entry.name.clone()].into_iter().chain(piece).chain(entry.other_names()) {
            self.names.insert(key(&name));
        }
        let name = self.local_name(entry);
        self.roots.add(&name);
        let name = name::plain(&name);
        self.searched.iter_mut().for_each(|(tree, is_listed)| *is_listed |= name.starts_with(tree));
        self.listed.get_or_insert_with(|| entry.name.clone());
        match verdict {
            Ok(EntryVerdict::Matched(_)) => self.counts.matched += 1,
            Ok(EntryVerdict::Mismatched { .. }) if is_unknown => self.counts.unknown += 1,
            Ok(EntryVerdict::Mismatched { .. }) => self.counts.changed += 1,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let candidates = entry.expected[0].candidates.clone();
                self.missing.push(Missing { name: entry.name.clone(), candidates, moved: false });
            }
            Err(_) => self.counts.unreadable += 1,
        }
    }

    /// Returns the name of a listed file on this system. A list from Windows uses other separators.
    fn local_name(&self, entry: &ListEntry) -> PathBuf {
        let exists = |name: &OsString| path::status(self.directory.join(name).as_os_str()).is_ok();
        let others = entry.other_names();
        let name = match others.is_empty() || exists(&entry.name) {
            true => None,
            false => others
                .iter()
                .find(|name| exists(name))
                .or_else(|| others.iter().find(|name| name.as_bytes().contains(&b'/'))),
        };
        name.unwrap_or(&entry.name).into()
    }

    /// Counts `changed` files of unknown algorithm as changed files.
    pub fn decide(&mut self, changed: u64) {
        self.counts.unknown -= changed;
        self.counts.changed += changed;
    }

    /// Walks the tree and reports files that differ from the lists.
    ///
    /// # Errors
    /// Returns an error if writing to standard output fails.
    pub fn finish(mut self, run: ChecksumRun<'_>, checking: &Checking, output: &mut Output) -> io::Result<Exit> {
        let own = output.own_file();
        let recipes = self.recipes(&run);
        let (config, engine) = (run.config, &run.config.engine);
        let (names, excluded, directory) = (&self.names, &self.excluded, &self.directory);
        let walks = self.roots.all().into_iter().flat_map(|root| {
            let start = directory.join(root);
            Walk::new(start.into_os_string(), WalkOrder::Paths, false, |_, _, _| true)
        });
        let files = walks.filter_map(|found| match found {
            Ok(file) => {
                let relative = Path::new(file.path()).strip_prefix(directory).unwrap_or(Path::new(file.path()));
                let name = relative.as_os_str().to_owned();
                let is_listed = names.contains(&key(&name));
                (!is_listed).then(|| (name, Input::Unopened(file, engine)))
            }
            // The listed files below a missing directory are missing themselves.
            Err((_, error)) if error.kind() == io::ErrorKind::NotFound => None,
            Err((name, error)) => Some((name.clone(), Input::Failed(name, error))),
        });
        let work = |(name, input): (OsString, Input<'_>), permits: &Permits| {
            let (source, _) = input.open(engine.policy, engine.range)?;
            if excluded.iter().any(|list| source.is_file(list)) || own.is_some_and(|own| own.is(source.identity())) {
                return Ok(None);
            }
            let digests = match recipes.is_empty() {
                true => Ok(Vec::new()),
                false => file_digest::digest(source, &recipes, config, permits),
            };
            digests.map(|digests| Some((name.clone(), digests))).map_err(|error| (name, error))
        };
        let (missing, counts) = (&mut self.missing, &mut self.counts);
        let mut print_result = |result: Hashed| match result {
            Ok(None) => Ok(()),
            Ok(Some((name, digests))) => match found(missing, &digests) {
                Some(listed) => {
                    counts.moved += 1;
                    write(run, checking, listed, Finding::MovedTo(&name), output)
                }
                None => {
                    counts.new += 1;
                    write(run, checking, &name, Finding::New, output)
                }
            },
            Err((name, error)) => {
                counts.unreadable += 1;
                name::report(&name, &error, output);
                Ok(())
            }
        };
        let emit = |result| run.printing(|| print_result(result));
        let ahead = |_: &mut (OsString, Input<'_>), _| ();
        map_in_order(engine.threads, &config.stats, files, MapSteps { ahead, work, emit })?;
        self.report_missing(run, checking, output)?;
        let exit = sum_up(self.counts, run, checking, output)?;
        self.hint(checking, output);
        Ok(exit)
    }

    /// Reports the listed files that were not found under any name.
    fn report_missing(&mut self, run: ChecksumRun<'_>, checking: &Checking, output: &mut Output) -> io::Result<()> {
        for missing in self.missing.iter().filter(|missing| !missing.moved) {
            self.counts.missing += 1;
            write(run, checking, &missing.name, Finding::Missing, output)?;
        }
        Ok(())
    }

    /// Prints a hint about each operand directory that contains no listed file, unless files have
    /// moved, as after a rename of a directory. Reports a directory that was not searched as a
    /// whole.
    fn hint(&self, checking: &Checking, output: &mut Output) {
        if let Some(unsearched) = self.roots.unsearched().filter(|_| !checking.status) {
            let name = name::quoted(unsearched.as_os_str());
            let text = "was searched for new files only in the directories of listed files";
            name::warn(&format!("{name} {text}; to search all of it, name it after the list"), output);
        }
        if self.counts.moved > 0 {
            return;
        }
        let unlisted = self.searched.iter().filter(|(_, is_listed)| !is_listed);
        for ((tree, _), listed) in unlisted.zip(self.listed.iter().cycle()) {
            name::warn(&advice::other_tree(tree.as_os_str(), listed), output);
        }
    }

    /// Returns the recipes for the digests of the missing files.
    fn recipes(&self, run: &ChecksumRun<'_>) -> Vec<Recipe> {
        let mut specs: Vec<Spec> = Vec::new();
        for candidate in self.missing.iter().flat_map(|missing| &missing.candidates) {
            if !specs.contains(&candidate.spec) {
                specs.push(candidate.spec);
            }
        }
        specs.into_iter().map(|spec| Recipe { spec, ..run.settings.recipes[0] }).collect()
    }
}

/// A difference between a file and its list.
#[derive(Clone, Copy)]
enum Finding<'a> {
    MovedTo(&'a OsStr),
    New,
    Missing,
}

/// Finds the missing file that has one of these digests, and marks it as moved.
fn found<'m>(missing: &'m mut [Missing], digests: &[Digest]) -> Option<&'m OsStr> {
    // All empty files have the same digest, so an empty file is no evidence of a move.
    let is = |candidate: &DigestCandidate| {
        let digest = digests.iter().find(|digest| digest.spec == candidate.spec);
        digest.is_some_and(|digest| digest.input_len > 0 && digest.is(&candidate.bytes))
    };
    let found = missing.iter_mut().find(|missing| !missing.moved && missing.candidates.iter().any(is))?;
    found.moved = true;
    Some(&found.name)
}

fn write(
    run: ChecksumRun<'_>,
    checking: &Checking,
    name: &OsStr,
    finding: Finding<'_>,
    output: &mut Output,
) -> io::Result<()> {
    if checking.status {
        return Ok(());
    }
    let (status, moved_to) = match finding {
        Finding::MovedTo(to) => ("moved", Some(to)),
        Finding::New => ("new", None),
        Finding::Missing => ("missing", None),
    };
    if run.settings.style.json {
        let moved_to = moved_to.map(Into::into);
        let object = JsonVerdict { path: name.into(), algorithm: None, status, reason: None, moved_to };
        return write_json(&object, output);
    }
    let to = moved_to.map(|to| format!(" to {}", name::quoted(to))).unwrap_or_default();
    write_verdict(run, name, &format!("{}{to}", status.to_ascii_uppercase()), output)
}

fn sum_up(counts: AuditCounts, run: ChecksumRun<'_>, checking: &Checking, output: &mut Output) -> io::Result<Exit> {
    let AuditCounts { matched, changed, moved, missing, new, unreadable, unknown } = counts;
    if !checking.status && run.settings.style.json {
        write_json(&JsonSummary { audit: counts }, output)?;
    } else if !checking.status {
        let rows = [
            ("matched", matched),
            ("changed", changed),
            ("moved", moved),
            ("missing", missing),
            ("new", new),
            ("unreadable", unreadable),
        ];
        let unknown = (unknown > 0).then_some(("unknown", unknown));
        let rows = rows.into_iter().chain(unknown);
        let table: String = rows.map(|(word, count)| format!("{word:<10}  {count:>10}\n")).collect();
        output.write_all(table.as_bytes())?;
    }
    let is_as_listed = matched > 0 && changed + moved + missing + new + unreadable + unknown == 0;
    Ok(if is_as_listed { Exit::Success } else { Exit::Failure })
}

/// Returns a key for a name, equal for all spellings of it: `./a//b` is `a/b`.
fn key(name: &OsStr) -> [u8; 16] {
    let hash = blake3::hash(name::plain(Path::new(name)).as_os_str().as_bytes());
    let mut key = [0; 16];
    key.copy_from_slice(&hash.as_bytes()[..16]);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_however_they_are_spelled() {
        assert_eq!(key(OsStr::new("./a//b")), key(OsStr::new("a/b")));
        assert_ne!(key(OsStr::new("/a/b")), key(OsStr::new("a/b")));
        let name = OsStr::from_bytes(b"a\xff").to_owned();
        assert_eq!(key(&name), key(&name));
    }
}
