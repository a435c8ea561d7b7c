//! Finds the files to search: those given as operands and, with -r, those below directories, in
//! name order.
//!
//! Directories are walked lazily, so the first file is searched before the last is found. The order
//! is the same in every run.

pub mod filter;
mod ignore_files;
mod name_matcher;
pub mod sort;

use std::ffi::{OsStr, OsString};
use std::fs::FileType;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Result, anyhow};

use crate::cli::grep::{Devices, Directories, Inputs, NameGlob};
use crate::io::walk::{self, DirectoryLoop, WalkOrder, WalkedFile};
use crate::io::{FileRef, ListReader, path};
use crate::os::error_text;
use crate::os::posix::{OFlags, OsStrExt};
use crate::output::{escape_name, print_message};
use filter::FileFilter;
use ignore_files::IgnoreFiles;
use name_matcher::NameMatcher;

/// The walk that turns the names on the command line into the files to search.
#[derive(Clone, Debug)]
pub struct InputWalk {
    recursive: bool,
    follow: bool,
    skip_directories: bool,
    ignores: Arc<IgnoreFiles>,
    one_file_system: bool,
    /// Whether warnings are suppressed.
    is_quiet: bool,
    skip_devices: bool,
    filter: Arc<FileFilter>,
    globs: Arc<Globs>,
    has_found_any: Arc<AtomicBool>,
}

#[derive(Debug)]
struct Globs {
    /// Runs of name globs in order, and whether each run includes or excludes.
    names: Vec<(bool, NameMatcher)>,
    exclude_dir: NameMatcher,
}

impl InputWalk {
    /// Resolves the options about files.
    ///
    /// # Errors
    /// Returns an error if a glob is not valid or a named file of globs cannot be read.
    pub fn new(inputs: &Inputs) -> Result<InputWalk> {
        Ok(InputWalk {
            one_file_system: inputs.one_file_system,
            is_quiet: inputs.no_messages,
            skip_devices: inputs.devices == Some(Devices::Skip),
            filter: Arc::new(FileFilter::new(inputs)?),
            recursive: inputs.is_recursive(),
            follow: inputs.recursion.follows(),
            skip_directories: inputs.recursion.action() == Some(Directories::Skip),
            ignores: Arc::new(IgnoreFiles::new(inputs)?),
            globs: Arc::new(Globs {
                names: name_globs(&inputs.names.0)?,
                exclude_dir: exclude_dir(&inputs.exclude_dir)?,
            }),
            has_found_any: Arc::default(),
        })
    }

    /// Returns whether the lines of `files` are prefixed with the files' names by default.
    pub fn names_by_default(&self, files: &[OsString]) -> bool {
        let single = matches!(files, [only] if !path::is_directory(only));
        files.len() > 1 || self.recursive && !single
    }

    /// Returns the files to search, in order.
    pub fn files(&self, names: Vec<OsString>) -> Box<dyn Iterator<Item = WalkedFile> + Send> {
        let has_found_any = Arc::clone(&self.has_found_any);
        Box::new(self.all_files(names).inspect(move |_| has_found_any.store(true, Ordering::Relaxed)))
    }

    pub fn is_recursive(&self) -> bool {
        self.recursive
    }

    /// Returns whether the finished walks found any file to search.
    pub fn has_found_any(&self) -> bool {
        self.has_found_any.load(Ordering::Relaxed)
    }

    fn all_files(&self, names: Vec<OsString>) -> Box<dyn Iterator<Item = WalkedFile> + Send> {
        if names.is_empty() {
            return if self.recursive {
                self.below(".".into(), true)
            } else {
                Box::new(std::iter::once(Ok(FileRef::from(OsString::from("-")))))
            };
        }
        let walk = self.clone();
        Box::new(names.into_iter().flat_map(move |name| walk.named(name)))
    }

    fn named(&self, name: OsString) -> Box<dyn Iterator<Item = WalkedFile> + Send> {
        if name == "-" {
            return Box::new(std::iter::once(Ok(FileRef::from(name))));
        }
        let may_be_directory = self.recursive || self.skip_directories || !self.globs.exclude_dir.is_empty();
        if may_be_directory && path::is_directory(&name) {
            if self.skip_directories || matches_suffix(&self.globs.exclude_dir, &name) {
                return Box::new(std::iter::empty());
            }
            if self.recursive {
                return self.below(with_one_slash(&name), false);
            }
        }
        let is_skipped = self.skip_devices && path::metadata(&name).is_ok_and(|meta| !meta.is_file() && !meta.is_dir());
        // Globs of names apply only to files: anything else is an error, as in GNU grep.
        let is_no_file = || path::metadata(&name).map_or(true, |meta| meta.file_type().is_dir());
        let wanted = !is_skipped && (self.globs.wants(&name, matches_suffix) || is_no_file());
        Box::new(wanted.then(|| Ok(FileRef::from(name))).into_iter())
    }

    /// Returns the files below a directory. With `bare`, paths have no leading `./`.
    fn below(&self, directory: OsString, bare: bool) -> Box<dyn Iterator<Item = WalkedFile> + Send> {
        let filter = Arc::clone(&self.filter);
        let length = if bare { 0 } else { directory.len() };
        let all = if self.ignores.are_used() {
            self.unignored_below(directory, bare)
        } else {
            self.all_below(directory, bare)
        };
        let is_quiet = self.is_quiet;
        Box::new(all.filter(move |found| match found {
            Ok(file) => filter.wants(file.path(), length),
            // The directory that the loop leads to is searched anyway, so nothing is missed.
            Err((path, error)) if DirectoryLoop::is(error) => {
                if !is_quiet {
                    print_message(format_args!("mapped: {}: warning: {error}", escape_name(path)));
                }
                false
            }
            Err(_) => true,
        }))
    }

    fn all_below(&self, directory: OsString, bare: bool) -> Box<dyn Iterator<Item = WalkedFile> + Send> {
        let globs = Arc::clone(&self.globs);
        let filter = Arc::clone(&self.filter);
        let directory = if bare { OsString::new() } else { directory };
        let length = directory.len();
        let wants = move |parent: &[u8], name: &OsStr, is_directory: bool| match is_directory {
            true => !is_match(&globs.exclude_dir, name) && filter.enters(parent, name, length),
            false => globs.wants(name, is_match),
        };
        let walk = walk::Walk::new(directory, WalkOrder::Names, self.follow, wants);
        Box::new(walk.in_one_file_system(self.one_file_system))
    }

    /// Returns the files that [`InputWalk::all_below`] returns, except those listed in ignore files.
    ///
    /// This does not support paths longer than `PATH_MAX`, because ignore files are found by their paths.
    fn unignored_below(&self, directory: OsString, bare: bool) -> Box<dyn Iterator<Item = WalkedFile> + Send> {
        let globs = Arc::clone(&self.globs);
        let walker = self
            .ignores
            .walk(&directory)
            // A file chosen by a glob of `-g` is searched even if it is ignored or hidden, as in ripgrep.
            .overrides(self.filter.globs().clone())
            .follow_links(self.follow)
            .same_file_system(self.one_file_system)
            .max_depth(self.filter.max_depth())
            .sort_by_file_name(OsStr::cmp)
            .filter_entry(move |entry| {
                let is_directory = entry.file_type().is_some_and(|kind| kind.is_dir());
                entry.depth() == 0 || !is_directory || !is_match(&globs.exclude_dir, entry.file_name())
            })
            .build();
        let globs = Arc::clone(&self.globs);
        let (follow, is_quiet) = (self.follow, self.is_quiet);
        // Files are opened from the directory itself, so that no link in a path leads out of it.
        let root = path::anchor(&directory, OFlags::DIRECTORY).ok().map(Arc::new);
        let top = PathBuf::from(&directory);
        let found = move |path: PathBuf| {
            let below = path.strip_prefix(&top).map_or(0, |below| below.as_os_str().len());
            let path = match path.strip_prefix(".") {
                Ok(stripped) if bare => stripped.as_os_str().to_owned(),
                _ => path.into_os_string(),
            };
            let near = root.as_ref().filter(|_| below > 0).map(|root| (Arc::clone(root), path.len() - below));
            FileRef::from_walk(path, near, follow)
        };
        Box::new(walker.filter_map(move |entry| match entry {
            Ok(entry) => {
                if let (Some(error), false) = (entry.error(), is_quiet) {
                    ignore_files::warn(error);
                }
                let is_file = entry.file_type().as_ref().is_some_and(FileType::is_file);
                let wanted = is_file && globs.wants(entry.file_name(), is_match);
                wanted.then(|| Ok(found(entry.into_path())))
            }
            Err(error) => Some(Err(failure(error, &directory))),
        }))
    }
}

impl Globs {
    /// Returns whether a file is searched, where `matches` compares its name with globs.
    ///
    /// The last matching glob takes precedence. If none matches, the opposite of the first one
    /// applies, as in GNU grep (<https://www.gnu.org/software/grep/manual/grep.html>, "File and
    /// Directory Selection").
    fn wants(&self, name: &OsStr, matches: impl Fn(&NameMatcher, &OsStr) -> bool) -> bool {
        match self.names.iter().rev().find(|(_, globs)| matches(globs, name)) {
            Some((includes, _)) => *includes,
            None => self.names.first().is_none_or(|(includes, _)| !includes),
        }
    }
}

/// Returns runs of globs that all include or all exclude, and whether each run includes.
fn name_globs(options: &[NameGlob]) -> Result<Vec<(bool, NameMatcher)>> {
    let mut runs: Vec<(bool, Vec<OsString>)> = Vec::new();
    for option in options {
        let (includes, listed) = match option {
            NameGlob::Include(glob) => (true, vec![glob.clone()]),
            NameGlob::Exclude(glob) => (false, vec![glob.clone()]),
            NameGlob::ExcludeFrom(list) => (false, listed_globs(list)?),
        };
        match runs.last_mut() {
            Some((known, globs)) if *known == includes => globs.extend(listed),
            _ if listed.is_empty() => {}
            _ => runs.push((includes, listed)),
        }
    }
    let compiled = |listed: &[OsString]| NameMatcher::new(listed.iter().map(|glob| glob.as_bytes()));
    runs.into_iter().map(|(includes, listed)| Ok((includes, compiled(&listed)?))).collect()
}

/// Reads a list of globs, one per line. Ignores empty lines and trailing blanks.
fn listed_globs(list: &OsStr) -> Result<Vec<OsString>> {
    let failed = |error| anyhow!("{}: {}", escape_name(list), error_text(&error));
    let mut lines = ListReader::open(list).map_err(failed)?;
    let mut globs = Vec::new();
    while let Some((_, line)) = lines.next_line().map_err(failed)? {
        let line = line.trim_ascii_end();
        if !line.is_empty() {
            globs.push(OsStr::from_bytes(line).to_owned());
        }
    }
    Ok(globs)
}

/// Compiles the globs of `--exclude-dir`, without trailing slashes except for the root directory.
fn exclude_dir(globs: &[OsString]) -> Result<NameMatcher> {
    NameMatcher::new(globs.iter().map(|glob| {
        let glob = glob.as_bytes();
        let slashes = glob.iter().rev().take_while(|byte| **byte == b'/').count();
        &glob[..(glob.len() - slashes).max(slashes.min(1))]
    }))
}

/// Returns a directory's name with at most one slash at its end, as GNU grep prints it.
fn with_one_slash(directory: &OsStr) -> OsString {
    let mut name = directory.as_bytes();
    while let Some(shorter) = name.strip_suffix(b"/").filter(|shorter| shorter.ends_with(b"/")) {
        name = shorter;
    }
    OsStr::from_bytes(name).to_owned()
}

/// Returns whether a glob matches the name of a file or directory found below another one.
fn is_match(globs: &NameMatcher, name: &OsStr) -> bool {
    globs.is_match(name.as_bytes())
}

/// Returns whether a glob matches a name from the command line, or a part of it from a slash to its end.
fn matches_suffix(globs: &NameMatcher, name: &OsStr) -> bool {
    if globs.is_empty() {
        return false;
    }
    let bytes = name.as_bytes();
    let starts = std::iter::once(0).chain(memchr::memchr_iter(b'/', bytes).map(|at| at + 1));
    starts.into_iter().any(|start| globs.is_match(&bytes[start..]))
}

/// Returns the system's error without the path that the walker of the `ignore` crate adds to it.
fn system_error(error: io::Error) -> io::Error {
    let inner = error.get_ref().and_then(|outer| outer.source()).and_then(|inner| inner.downcast_ref::<io::Error>());
    inner.and_then(io::Error::raw_os_error).map_or(error, io::Error::from_raw_os_error)
}

/// Returns the path that an error is about, and the system's error.
fn failure(error: ignore::Error, directory: &OsStr) -> (OsString, io::Error) {
    match error {
        ignore::Error::WithPath { path, err } => (path.into_os_string(), failure(*err, directory).1),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => failure(*err, directory),
        ignore::Error::Loop { child, .. } => (child.into_os_string(), io::Error::other(DirectoryLoop)),
        ignore::Error::Io(error) => (directory.to_owned(), system_error(error)),
        other => (directory.to_owned(), io::Error::other(other.to_string())),
    }
}
