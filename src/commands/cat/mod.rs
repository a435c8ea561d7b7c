//! The `cat` subcommand.

mod pick;
mod plain;
mod ranges;
mod transform;

use crate::cli::cat::Args;
use crate::config::{Config, inputs};
use crate::exit::Exit;
use crate::output::Output;

/// Runs `mapped cat`.
pub fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let config = Config::new(&args.common, output);
    let progress = config.progress(&args.files, output);
    let result = plain::run(inputs(&args.files), &config, output);
    drop(progress);
    config.finish();
    result
}
