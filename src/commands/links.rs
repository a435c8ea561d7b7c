//! `mapped links`: creates links to the program under the names of classic tools.
//!
//! An existing file is never replaced.

use std::path::Path;

use anyhow::Context as _;

use crate::app::own_path;
use crate::cli::links::LinksArgs;
use crate::cli::multicall::TOOLS;
use crate::exit::Exit;
use crate::os::error_text;
use crate::output::{escape_name, print_message};

/// Creates the links.
pub fn run(args: &LinksArgs) -> anyhow::Result<Exit> {
    let program = own_path().context("the path of this program")?;
    // Print one message rather than one for each tool.
    if !args.directory.is_dir() {
        let error = std::fs::read_dir(&args.directory).err();
        let reason = error.map_or_else(|| String::from("Not a directory"), |error| error_text(&error));
        print_message(format_args!("mapped: {}: {reason}", escape_name(args.directory.as_os_str())));
        return Ok(Exit::Failure);
    }
    let mut exit = Exit::Success;
    for tool in TOOLS.iter().filter(|tool| args.tools.is_empty() || args.tools.iter().any(|name| name == tool.name)) {
        let link = args.directory.join(tool.name);
        if std::fs::read_link(&link).is_ok_and(|target| target == program) {
            continue;
        }
        if let Err(error) = make_link(&program, &link) {
            print_message(format_args!("mapped: {}: {}", escape_name(link.as_os_str()), error_text(&error)));
            exit = Exit::Failure;
        }
    }
    Ok(exit)
}

#[cfg(unix)]
fn make_link(program: &Path, link: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(program, link)
}

/// Creates a hard link, because a symbolic link requires a privilege on Windows.
#[cfg(windows)]
fn make_link(program: &Path, link: &Path) -> std::io::Result<()> {
    std::fs::hard_link(program, link.with_extension("exe"))
}
