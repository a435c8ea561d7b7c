//! Which of the files found below a directory are searched, by path, type, depth and size.
//!
//! Files that are named on the command line are searched whatever these options say, as in ripgrep.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use ignore::overrides::{Override, OverrideBuilder};
use ignore::types::{Types, TypesBuilder};

use crate::cli::grep::Inputs;
use crate::io::path;

/// What `--glob`, `--type`, `--max-depth` and `--max-filesize` leave.
#[derive(Clone, Debug)]
pub struct Filter {
    globs: Override,
    types: Types,
    max_depth: Option<usize>,
    max_size: Option<u64>,
}

impl Filter {
    /// Resolves the options.
    ///
    /// # Errors
    /// When a glob is not valid or there is no such type.
    pub fn new(inputs: &Inputs) -> Result<Filter> {
        let mut globs = OverrideBuilder::new(".");
        for glob in &inputs.glob {
            globs.add(glob).map_err(|error| anyhow!("{error}"))?;
        }
        let mut types = TypesBuilder::new();
        types.add_defaults();
        inputs.file_type.iter().for_each(|name| _ = types.select(name));
        inputs.type_not.iter().for_each(|name| _ = types.negate(name));
        Ok(Filter {
            globs: globs.build().context("--glob")?,
            types: types.build().map_err(|error| anyhow!("{error}; --type-list shows all"))?,
            max_depth: inputs.max_depth,
            max_size: inputs.max_filesize,
        })
    }

    /// Returns whether a file is searched that was found below a directory whose name has this many
    /// bytes.
    pub fn wants(&self, file: &OsStr, directory: usize) -> bool {
        let below = file.as_bytes().get(directory..).unwrap_or_default();
        let below = below.strip_prefix(b"/").unwrap_or(below);
        let depth = 1 + memchr::memchr_iter(b'/', below).count();
        self.max_depth.is_none_or(|most| depth <= most)
            && self.globs_want(file, below)
            && !self.types.matched(Path::new(file), false).is_ignore()
            && self.max_size.is_none_or(|most| path::metadata(file).map_or(true, |meta| meta.len() <= most))
    }

    /// Returns whether no glob leaves out the file, or a directory on the way to it.
    fn globs_want(&self, file: &OsStr, below: &[u8]) -> bool {
        if self.globs.is_empty() {
            return true;
        }
        let whole = file.as_bytes();
        let first = whole.len() - below.len();
        let mut directories = memchr::memchr_iter(b'/', below).map(|at| OsStr::from_bytes(&whole[..first + at]));
        !directories.any(|directory| self.globs.matched(directory, true).is_ignore())
            && !self.globs.matched(file, false).is_ignore()
    }
}

/// Lists the known types with their globs, one a line.
pub fn type_list() -> String {
    let mut types = TypesBuilder::new();
    types.add_defaults();
    types.definitions().iter().map(|known| format!("{}: {}\n", known.name(), known.globs().join(", "))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(options: &str) -> Inputs {
        let args = ["mapped", "grep", "x"].into_iter().chain(options.split_whitespace());
        match <crate::cli::Cli as clap::Parser>::parse_from(args).command {
            crate::cli::Command::Grep(args) => args.inputs,
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    fn wants(options: &str, file: &str, wanted: bool) {
        assert_eq!(Filter::new(&parse(options)).unwrap().wants(OsStr::new(file), 1), wanted, "{options} {file}");
    }

    #[test]
    fn globs_choose_files_and_leave_out_directories() {
        wants("", "d/a.rs", true);
        wants("-g *.rs", "d/e/a.rs", true);
        wants("-g *.rs", "d/a.txt", false);
        wants("-g !*.rs", "d/a.rs", false);
        wants("-g !*.rs", "d/a.txt", true);
        wants("-g !e", "d/e/a.rs", false);
        wants("-g !d/e/", "d/e/f/a.rs", false);
        wants("-g *.rs -g !a.*", "d/a.rs", false);
    }

    #[test]
    fn types_and_depths() {
        wants("--type rust", "d/a.rs", true);
        wants("--type rust", "d/a.py", false);
        wants("--type-not rust", "d/a.rs", false);
        wants("--max-depth 1", "d/a", true);
        wants("--max-depth 1", "d/e/a", false);
        wants("--max-depth 0", "d/a", false);
    }

    #[test]
    fn unknown_types_and_broken_globs_are_errors() {
        for options in ["--type nonsense", "-g a[", "-g {a"] {
            assert!(Filter::new(&parse(options)).is_err(), "{options}");
        }
    }
}
