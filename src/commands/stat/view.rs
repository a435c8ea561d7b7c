//! The information printed for each file, as selected by the options, and its form.

use std::cell::Cell;
use std::ffi::OsStr;

use crate::app::config::{Config, terminal_columns};
use crate::cli::stat::StatArgs;
use crate::os::context::has_selinux;
use crate::os::posix::OsStrExt;
use crate::output::{Destination, Output, escape_for_terminal, escape_name, fold};

use super::directives;
use super::format::{ParsedFormat, Values};
use super::quoting;
use super::text;
use super::value::Value;

/// The information printed for each file.
pub enum FileView {
    /// A format, such as that of GNU stat's block, and whether the rest of the default view follows
    /// it.
    Format {
        file: ParsedFormat,
        device: ParsedFormat,
        more: bool,
    },
    Json,
    Table,
}

/// Values for a terminal, in which control characters in names are escaped.
struct TerminalSafeValues<'a>(&'a mut dyn Values);

impl Values for TerminalSafeValues<'_> {
    fn splits(&self, code: u8) -> bool {
        self.0.splits(code)
    }

    fn value(&mut self, modifier: Option<u8>, code: u8) -> Option<Value> {
        let shown = |text: Vec<u8>| escape_for_terminal(&text).into_owned();
        Some(match self.0.value(modifier, code)? {
            Value::Text(text) => Value::Text(shown(text)),
            Value::Link(name, target) => Value::Link(shown(name), shown(target)),
            number => number,
        })
    }
}

/// Values that record the first unknown directive.
pub struct NotingValues<'a> {
    pub values: &'a mut dyn Values,
    pub unknown: &'a Cell<Option<u8>>,
}

impl Values for NotingValues<'_> {
    fn splits(&self, code: u8) -> bool {
        self.values.splits(code)
    }

    fn value(&mut self, modifier: Option<u8>, code: u8) -> Option<Value> {
        let value = self.values.value(modifier, code);
        if value.is_none() {
            self.unknown.set(self.unknown.get().or(Some(code)));
        }
        value
    }
}

/// Returns a note on a format for files without directives, or with the unknown directive
/// `unknown`.
pub fn note(args: &StatArgs, unknown: Option<u8>) -> Option<String> {
    let format = args.format.as_ref().or(args.printf.as_ref())?;
    if !format.as_bytes().contains(&b'%') {
        let format = escape_name(format);
        return Some(format!("the format '{format}' has no directive, such as %n for the name or %s for the size"));
    }
    let unknown = [unknown?];
    let unknown = escape_name(OsStr::from_bytes(&unknown));
    Some(format!("there is no directive %{unknown}; mapped man stat lists them"))
}

/// Returns the width of the terminal on which a default view is shown. A user's own format, and
/// output that other programs may parse, is never folded.
pub fn columns(args: &StatArgs, output: &Output) -> Option<usize> {
    let is_own = args.format.is_some() || args.printf.is_some() || args.terse || args.json;
    if is_own || crate::output::is_tool() { None } else { terminal_columns(output) }
}

/// Writes `values` in `format`, with lines folded at `columns`. An invalid directive ends the run
/// after the text before the directive is written.
pub fn render(
    format: &ParsedFormat,
    values: &mut dyn Values,
    output: &mut Output,
    columns: Option<usize>,
) -> anyhow::Result<()> {
    let mut safe = TerminalSafeValues(values);
    let values: &mut dyn Values = if output.destination() == Destination::Terminal { &mut safe } else { safe.0 };
    let warn = |warning: &str| crate::output::print_message(format_args!("mapped: {warning}"));
    let mut lines = Vec::new();
    let result = match columns {
        None => format.render(values, |text| output.write_all(text), warn)?,
        Some(_) => format.render(
            values,
            |text| {
                lines.extend_from_slice(text);
                Ok(())
            },
            warn,
        )?,
    };
    output.write_all(&folded(lines, columns))?;
    if let Err(error) = result {
        output.flush()?;
        anyhow::bail!(error.0);
    }
    Ok(())
}

/// Returns lines of facts folded at `columns`, except for the line with a file's name.
fn folded(lines: Vec<u8>, columns: Option<usize>) -> Vec<u8> {
    let (Some(columns), Ok(text)) = (columns, std::str::from_utf8(&lines)) else { return lines };
    let fold = |line: &str| match line.starts_with("  File:") {
        true => line.to_owned(),
        false => fold(line, columns, text::INDENT),
    };
    text.split_inclusive('\n').map(fold).collect::<String>().into_bytes()
}

/// Returns the view selected by the options.
pub fn view(args: &StatArgs) -> FileView {
    let splits: fn(u8) -> bool = if args.file_system { |_| false } else { directives::file_splits };
    let same = |format: ParsedFormat| FileView::Format { file: format.clone(), device: format, more: false };
    let line = |text: &str| ParsedFormat::line(text.as_bytes(), splits);
    if let Some(text) = &args.format {
        return same(ParsedFormat::line(text.as_bytes(), splits));
    }
    if let Some(text) = &args.printf {
        return same(ParsedFormat::printf(text.as_bytes(), splits));
    }
    if args.json {
        return FileView::Json;
    }
    if args.residency {
        return FileView::Table;
    }
    match (args.file_system, args.terse) {
        (true, true) => same(line(directives::TERSE_FILESYSTEM)),
        (true, false) => same(line(directives::FILESYSTEM_BLOCK)),
        (false, true) => same(line(&directives::terse())),
        (false, false) => {
            let context = has_selinux();
            FileView::Format {
                file: line(&directives::block_format(false, context)),
                device: line(&directives::block_format(true, context)),
                more: !args.classic,
            }
        }
    }
}

/// Returns the quoting style for names, which is that of GNU stat, except that the default view
/// never sends control characters to a terminal.
pub fn style(args: &StatArgs, config: &Config, output: &Output) -> quoting::QuotingStyle {
    let Some(format) = args.format.as_ref().or(args.printf.as_ref()) else {
        let terminal = output.destination() == Destination::Terminal;
        return if terminal { quoting::QuotingStyle::ShellEscape } else { quoting::QuotingStyle::Literal };
    };
    let (style, warning) = directives::style(format.as_bytes(), config);
    if let Some(warning) = warning {
        crate::output::print_message(format_args!("mapped: {warning}"));
    }
    style
}
