//! A file for a report about the run, such as that of `--stats=json:FILE` or `--plot FILE.svg`.
//!
//! It is opened before the run, so that no work is wasted if the name is wrong, and overwritten
//! afterwards. It is never one of the inputs.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use anyhow::anyhow;

use crate::io::OwnFile;
use crate::os::{error_text, inherited};
use crate::output::escape_name;

/// An open file for a report, still with its old contents.
#[derive(Debug)]
pub(crate) struct ReportFile {
    file: File,
    /// The name for messages.
    name: String,
    /// Whether the report replaces the contents. Otherwise it is written at the current position.
    replaces: bool,
}

impl ReportFile {
    /// Opens the file at `path`, creating it if it does not exist.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written.
    pub(crate) fn create(path: &Path) -> anyhow::Result<ReportFile> {
        let name = escape_name(path.as_os_str()).into_owned();
        // Truncating an input here would destroy it before it can be recognised.
        match File::options().write(true).create(true).truncate(false).open(path) {
            Ok(file) => Ok(ReportFile { file, name, replaces: true }),
            Err(error) => Err(anyhow!("{name}: {}", error_text(&error))),
        }
    }

    /// Takes a descriptor that was open when the program started.
    ///
    /// # Errors
    /// Returns an error if there is no such descriptor.
    pub(crate) fn inherited(number: i32) -> anyhow::Result<ReportFile> {
        let name = format!("descriptor {number}");
        match inherited(number) {
            Ok(file) => Ok(ReportFile { file, name, replaces: false }),
            Err(error) => Err(anyhow!("{name}: {}", error_text(&error))),
        }
    }

    /// Returns the file's identity, if it is a regular file.
    pub(crate) fn own_file(&self) -> Option<OwnFile> {
        OwnFile::of(&self.file)
    }

    /// Checks that none of `inputs` is this file. Without inputs, checks standard input.
    ///
    /// # Errors
    /// Returns an error that names the file.
    pub(crate) fn refuse_input(&self, inputs: &[OsString]) -> anyhow::Result<()> {
        let Some(own) = self.own_file() else { return Ok(()) };
        let is_input = match inputs {
            [] => own.is_named(OsStr::new("-")),
            names => names.iter().any(|name| own.is_named(name)),
        };
        anyhow::ensure!(!is_input, "{}: is also an input, and would be overwritten", self.name);
        Ok(())
    }

    /// Writes the report.
    ///
    /// # Errors
    /// Returns an error that names the file.
    pub(crate) fn write(&self, report: &[u8]) -> anyhow::Result<()> {
        self.try_write(report).map_err(|error| anyhow!("{}: {}", self.name, error_text(&error)))
    }

    fn try_write(&self, report: &[u8]) -> io::Result<()> {
        if self.replaces && self.own_file().is_some() {
            self.file.set_len(0)?;
        }
        (&self.file).write_all(report)
    }
}
