//! `mapped cat`.

use std::ffi::OsString;

use super::common::Common;

/// Write files to standard output.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Files to write; `-` is standard input, which is also the default
    #[arg(value_name = "FILE")]
    pub files: Vec<OsString>,

    /// Input and reporting.
    #[command(flatten)]
    pub common: Common,
}
