//! Reads the formats in a file: `--format-file FILE` and `--format FILE`.

use std::ffi::OsStr;
use std::io;

use crate::cli::hexdump::DumpFormat;
use crate::cli::typo::nearest;
use crate::cli::wording::invalid_value;
use crate::io::{ListReader, path};
use crate::output::escape_name;

/// Reads the formats in a file: one per line, without blank lines and comments. If there is no such
/// file and it `may_be_name`, it is more likely a mistyped format.
///
/// # Errors
/// Returns a message if the file cannot be read.
pub fn formats_in(file: &OsStr, may_be_name: bool) -> Result<Vec<Vec<u8>>, String> {
    let failed = |error: io::Error| format!("{}: {}", escape_name(file), crate::os::error_text(&error));
    let opened = path::open(file).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound if may_be_name => unknown_format(file),
        _ => failed(error),
    });
    let mut lines = ListReader::new(opened?, b'\n');
    let mut formats = Vec::new();
    while let Some((_, line)) = lines.next_line().map_err(failed)? {
        let line = line.trim_ascii_start();
        if !line.is_empty() && !line.starts_with(b"#") {
            formats.push(line.to_vec());
        }
    }
    Ok(formats)
}

/// Returns the message about a value of `--format` that is neither a format nor a file.
fn unknown_format(name: &OsStr) -> String {
    let names = DumpFormat::names();
    let shown = escape_name(name);
    let reason = match nearest(&shown, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {near}?"),
        None => format!("expected {}, a format string or a file of them", names.join(", ")),
    };
    invalid_value("--format", &shown, reason)
}
