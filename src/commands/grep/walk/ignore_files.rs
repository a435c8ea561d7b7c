//! Selects the ignore files that a search uses (`--ignore`, `--ignore-file` and the `--no-ignore-…`
//! options).

use std::ffi::{OsStr, OsString};

use anyhow::{Result, bail};
use ignore::WalkBuilder;
use ignore::gitignore::GitignoreBuilder;

use crate::cli::grep::Inputs;
use crate::os::error_text;
use crate::output::{escape_name, print_message};

/// The kinds of ignore files to use.
#[derive(Debug)]
pub struct IgnoreFiles {
    /// Whether ignore files in directories are used, and hidden files are skipped.
    found: bool,
    /// The files of `--ignore-file`, of which the last one takes precedence.
    named: Vec<OsString>,
    hidden: bool,
    dot: bool,
    exclude: bool,
    global: bool,
    parents: bool,
    vcs: bool,
    requires_git: bool,
    ignores_case: bool,
}

impl IgnoreFiles {
    /// Resolves the options, and warns about invalid globs in named files.
    ///
    /// # Errors
    /// Returns an error if a named file cannot be read.
    pub fn new(inputs: &Inputs) -> Result<IgnoreFiles> {
        let named = if inputs.no_ignore_files || inputs.no_ignore { Vec::new() } else { inputs.ignore_file.clone() };
        for file in &named {
            let Some(error) = GitignoreBuilder::new("").add(file) else { continue };
            if let Some(error) = error.io_error() {
                bail!("{}: {}", escape_name(file), error_text(error));
            }
            if !inputs.no_messages {
                warn(&error);
            }
        }
        Ok(IgnoreFiles {
            found: inputs.ignore,
            named,
            hidden: inputs.hidden,
            dot: !inputs.no_ignore_dot,
            exclude: !inputs.no_ignore_exclude,
            global: !inputs.no_ignore_global,
            parents: !inputs.no_ignore_parent,
            vcs: !inputs.no_ignore_vcs,
            requires_git: !inputs.no_require_git,
            ignores_case: inputs.ignore_file_case_insensitive,
        })
    }

    /// Returns whether any ignore file is used.
    pub fn are_used(&self) -> bool {
        self.found || !self.named.is_empty()
    }

    /// Returns a walk below `directory` that skips the files listed in the ignore files.
    pub fn walk(&self, directory: &OsStr) -> WalkBuilder {
        let mut walk = WalkBuilder::new(directory);
        walk.standard_filters(false)
            .hidden(self.found && !self.hidden)
            .ignore(self.found && self.dot)
            .parents(self.found && self.parents)
            .git_ignore(self.found && self.vcs)
            .git_global(self.found && self.vcs && self.global)
            .git_exclude(self.found && self.vcs && self.exclude)
            .require_git(self.requires_git)
            .ignore_case_insensitive(self.ignores_case);
        if self.found && self.dot {
            walk.add_custom_ignore_filename(".rgignore");
        }
        for file in &self.named {
            // Its errors were reported when the options were resolved.
            let _ = walk.add_ignore(file);
        }
        walk
    }
}

/// Warns about globs in an ignore file that are not valid, one line for each.
pub fn warn(error: &ignore::Error) {
    for line in error.to_string().lines() {
        print_message(format_args!("mapped: warning: {}", escape_name(OsStr::new(line))));
    }
}
