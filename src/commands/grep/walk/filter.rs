//! Selects among the files found below directories, by path, type, depth and size.
//!
//! Files named on the command line are searched regardless of these options, as in ripgrep.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};
use ignore::Match;
use ignore::overrides::{Override, OverrideBuilder};
use ignore::types::{FileTypeDef, Types, TypesBuilder};

use crate::cli::grep::{FileType, Inputs};
use crate::cli::typo::nearest;
use crate::cli::wording::invalid_value;
use crate::io::path;
use crate::os::posix::OsStrExt;

/// A filter of files by `--glob`, `--type`, `--max-depth` and `--max-filesize`.
#[derive(Clone, Debug)]
pub struct FileFilter {
    globs: Override,
    types: Option<Types>,
    max_depth: Option<usize>,
    max_size: Option<u64>,
}

impl FileFilter {
    /// Resolves the options.
    ///
    /// # Errors
    /// Returns an error if a glob is not valid or a type is unknown.
    pub fn new(inputs: &Inputs) -> Result<FileFilter> {
        Ok(FileFilter {
            globs: globs(inputs)?,
            types: types(inputs)?,
            max_depth: inputs.max_depth,
            max_size: inputs.max_filesize,
        })
    }

    /// Returns whether to walk a directory. `named` is the length of the part of `parent` that was
    /// named on the command line.
    pub fn enters(&self, parent: &[u8], name: &OsStr, named: usize) -> bool {
        if self.globs.is_empty() && self.max_depth.is_none() {
            return true;
        }
        let below = parent.get(named..).unwrap_or_default();
        let levels = below.split(|&byte| byte == b'/').filter(|part| !part.is_empty()).count();
        // The files in a directory are one level below it.
        let is_near = self.max_depth.is_none_or(|max| levels + 2 <= max);
        let slash = if parent.is_empty() || parent.ends_with(b"/") { &b""[..] } else { b"/" };
        let path = || [parent, slash, name.as_bytes()].concat();
        is_near && (self.globs.is_empty() || !self.globs.matched(OsStr::from_bytes(&path()), true).is_ignore())
    }

    /// Returns the globs of `--glob` and `--iglob`.
    pub fn globs(&self) -> &Override {
        &self.globs
    }

    /// Returns the maximum number of levels of directories to walk.
    pub fn max_depth(&self) -> Option<usize> {
        self.max_depth
    }

    /// Returns whether to search a file that was found below a named directory, whose name is
    /// `directory` bytes long.
    pub fn wants(&self, file: &OsStr, directory: usize) -> bool {
        let below = file.as_bytes().get(directory..).unwrap_or_default();
        let below = below.strip_prefix(b"/").unwrap_or(below);
        let depth = 1 + memchr::memchr_iter(b'/', below).count();
        self.max_depth.is_none_or(|max| depth <= max)
            && self.chooses(file, below)
            && self.max_size.is_none_or(|max| path::metadata(file).map_or(true, |meta| meta.len() <= max))
    }

    /// Returns whether the globs choose the file or, if none matches it, the types do.
    fn chooses(&self, file: &OsStr, below: &[u8]) -> bool {
        let whole = file.as_bytes();
        let first = whole.len() - below.len();
        let mut directories = memchr::memchr_iter(b'/', below).map(|at| OsStr::from_bytes(&whole[..first + at]));
        if !self.globs.is_empty() && directories.any(|directory| self.globs.matched(directory, true).is_ignore()) {
            return false;
        }
        match self.globs.matched(file, false) {
            Match::Whitelist(_) => true,
            Match::Ignore(_) => false,
            Match::None => !self.types.as_ref().is_some_and(|types| types.matched(Path::new(file), false).is_ignore()),
        }
    }
}

/// Returns the globs that choose files and directories.
fn globs(inputs: &Inputs) -> Result<Override> {
    if inputs.glob.is_empty() && inputs.iglob.is_empty() {
        return Ok(Override::empty());
    }
    // Globs with a slash are relative to the working directory, also in an absolute path.
    let working_directory = std::path::absolute(".").unwrap_or_else(|_| PathBuf::from("."));
    let mut globs = OverrideBuilder::new(working_directory);
    globs.case_insensitive(inputs.glob_case_insensitive).context("--glob-case-insensitive")?;
    for glob in &inputs.glob {
        globs.add(glob).map_err(|error| invalid_glob("--glob", glob, &error))?;
    }
    globs.case_insensitive(true).context("--iglob")?;
    for glob in &inputs.iglob {
        globs.add(glob).map_err(|error| invalid_glob("--iglob", glob, &error))?;
    }
    globs.build().context("--glob")
}

/// Returns the reason why a glob is not valid. The crate's message also names the glob.
fn invalid_glob(option: &str, glob: &str, error: &ignore::Error) -> anyhow::Error {
    let reason = match error {
        ignore::Error::Glob { err, .. } => err.clone(),
        other => other.to_string(),
    };
    anyhow!(invalid_value(option, glob, reason))
}

/// Returns the types that choose files, or `None` without an option for types, so that the hundreds
/// of definitions in the `ignore` crate are not built.
fn types(inputs: &Inputs) -> Result<Option<Types>> {
    if inputs.types.0.is_empty() && inputs.type_add.is_empty() && inputs.type_clear.is_empty() {
        return Ok(None);
    }
    let mut types = known_types(inputs)?;
    for choice in &inputs.types.0 {
        match choice {
            FileType::Wanted(name) => types.select(name),
            FileType::Unwanted(name) => types.negate(name),
        };
    }
    types.build().map(Some).map_err(|error| match &error {
        ignore::Error::UnrecognizedFileType(name) => unknown_type(name, inputs, &types.definitions()),
        _ => anyhow!("{error}"),
    })
}

/// Returns the error about an unknown type, with the known type that was probably meant: the nearest
/// name, or the one with a glob for files with such an extension, as in `--type yml`.
fn unknown_type(name: &str, inputs: &Inputs, known: &[FileTypeDef]) -> anyhow::Error {
    let is_unwanted = inputs.types.0.contains(&FileType::Unwanted(name.to_owned()));
    let option = if is_unwanted { "--type-not" } else { "--type" };
    let extension = format!("*.{name}");
    let by_extension = known.iter().find(|known| known.globs().contains(&extension));
    let near = by_extension.map(FileTypeDef::name).or_else(|| nearest(name, known.iter().map(FileTypeDef::name)));
    anyhow!(invalid_value(
        option,
        name,
        match near {
            Some(near) => format!("did you mean {near}?"),
            None => String::from("there is no such file type; --type-list shows all"),
        }
    ))
}

/// Lists the known types with their globs, one per line.
///
/// # Errors
/// Returns an error if a definition is not valid.
pub fn type_list(inputs: &Inputs) -> Result<String> {
    let types = known_types(inputs)?;
    let line = |known: &FileTypeDef| format!("{}: {}\n", known.name(), known.globs().join(", "));
    Ok(types.definitions().iter().map(line).collect())
}

/// Returns the types of the `ignore` crate with the user's changes.
fn known_types(inputs: &Inputs) -> Result<TypesBuilder> {
    let mut types = TypesBuilder::new();
    types.add_defaults();
    for name in &inputs.type_clear {
        types.clear(name);
    }
    for definition in &inputs.type_add {
        let reason = "expected NAME:GLOB, such as web:*.html, or NAME:include:TYPE,TYPE";
        types.add_def(definition).map_err(|_| anyhow!(invalid_value("--type-add", definition, reason)))?;
    }
    Ok(types)
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
        assert_eq!(FileFilter::new(&parse(options)).unwrap().wants(OsStr::new(file), 1), wanted, "{options} {file}");
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
        wants("-g *.rs", "d/A.RS", false);
        wants("--iglob *.rs", "d/A.RS", true);
        wants("-g *.rs --glob-case-insensitive", "d/A.RS", true);
    }

    #[test]
    fn directories_that_hold_no_wanted_file_are_not_entered() {
        let enters = |options: &str, parent: &str, name: &str| {
            FileFilter::new(&parse(options)).unwrap().enters(parent.as_bytes(), OsStr::new(name), 1)
        };
        assert!(enters("", "d", "e"));
        assert!(enters("-g *.rs", "d", "e"));
        assert!(!enters("-g !e", "d", "e"));
        assert!(!enters("--max-depth 1", "d", "e"));
        assert!(enters("--max-depth 2", "d", "e"));
        assert!(!enters("--max-depth 2", "d/e", "f"));
        // The parent's path is empty where the current directory is searched without being named.
        assert!(!FileFilter::new(&parse("--max-depth 1")).unwrap().enters(b"", OsStr::new("e"), 0));
    }

    #[test]
    fn types_and_depths() {
        wants("--type rust", "d/a.rs", true);
        wants("--type rust", "d/a.py", false);
        wants("--type-not rust", "d/a.rs", false);
        // As in ripgrep, globs take precedence.
        wants("--type rust -g *.py", "d/a.py", true);
        wants("--type rust -g !a.*", "d/a.rs", false);
        // Regression: --type-not took precedence regardless of the order.
        wants("--type-not rust --type rust", "d/a.rs", true);
        wants("--type rust --type-not rust", "d/a.rs", false);
        wants("--type-add new:*.n -t new", "d/a.n", true);
        wants("--type-add both:include:rust,py -t both", "d/a.py", true);
        wants("--type-clear rust --type-add rust:*.x -t rust", "d/a.rs", false);
        wants("--max-depth 1", "d/a", true);
        wants("--max-depth 1", "d/e/a", false);
        wants("--max-depth 0", "d/a", false);
    }

    #[test]
    fn unknown_types_and_broken_globs_are_errors() {
        for options in ["--type nonsense", "--type-add x", "--type-clear rust -t rust", "-g a[", "-g {a"] {
            assert!(FileFilter::new(&parse(options)).is_err(), "{options}");
        }
    }
}
