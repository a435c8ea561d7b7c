//! The default view: GNU stat's block, followed by the facts that matter for mapping a file.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};

use super::content::{Content, ContentKind, LineEnding};
use super::facts::FileFacts;
use super::inspection::{self, Inspection, Mappability, Users};
use super::page_cache_action::{CacheOutcome, pages_that_stay};
use super::picture::{human, percent, row, state};
use crate::io::AccessMethod;
use crate::os::AlternateStream;
use crate::os::error_text;
use crate::os::extents::{Layout, Sparseness};
use crate::os::file_users::FileUser;
use crate::os::page_size;
use crate::os::posix::Errno;
use crate::os::residency::{self, ResidencyCell, UnknownResidency};
use crate::output::{escape_name, fold};

/// The column in which the values of facts start.
pub const INDENT: usize = 8;

/// Returns the lines after those of GNU stat, each with a newline. With `color`, the picture is
/// highlighted. Lines wider than `columns` are folded.
pub fn lines(report: &Inspection, color: bool, columns: Option<usize>) -> String {
    let mut text = String::new();
    let mut line = |label: &str, value: String| text.push_str(&fact(label, &value, columns));
    if let Some(filesystem) = &report.filesystem {
        let kind = super::filesystem::kind(filesystem.magic);
        line(
            "Mount",
            match &report.mount_point {
                Some(path) => format!("{}, {kind}", escape_name(path.as_os_str())),
                None => kind,
            },
        );
    }
    if let Some(size) = inspection::device_size(&report.facts) {
        line("Holds", format!("{size} bytes ({})", human(size)));
    }
    line("Map", mapping(&report.mapping));
    if let Some(action) = &report.cache_action {
        line("Done", done(action));
    }
    if let Some(cache) = &report.cache {
        line("Cache", cached(&report.facts, cache));
        if let Ok(cells) = cache {
            line("Pages", picture(cells, color));
        }
    }
    if let Some(sparseness) = &report.sparseness {
        line("Data", data(sparseness));
    }
    if let Some(layout) = &report.layout {
        line("Disk", disk(layout));
    }
    if let Some((memory, offset)) = report.direct_io() {
        line("Direct", format!("I/O requires memory aligned to {memory} bytes and offsets to {offset}"));
    }
    let attributes = report.attributes();
    if !attributes.is_empty() {
        line("Attrs", attributes.join(", "));
    }
    if let Some(streams) = report.alternate_streams.as_ref().filter(|streams| !streams.is_empty()) {
        line("ADS", alternate_streams(streams));
    }
    if let Some(content) = &report.content {
        for (label, value) in content_lines(content.as_ref()) {
            line(label, value);
        }
    }
    if let Some(users) = &report.users {
        for (index, value) in users_lines(users.as_ref()).into_iter().enumerate() {
            line(if index == 0 { "Users" } else { "" }, value);
        }
    }
    text
}

/// Returns a line with a newline, folded if it is wider than `columns`.
fn fact(label: &str, value: &str, columns: Option<usize>) -> String {
    let colon = if label.is_empty() { ' ' } else { ':' };
    let line = format!("{label:>6}{colon} {value}\n");
    match columns {
        // The picture is not folded: it fits, and its spaces represent pages.
        Some(columns) if label != "Pages" => fold(&line, columns, INDENT),
        _ => line,
    }
}

/// Returns the row of blocks with its frame.
pub fn picture(cells: &[ResidencyCell], color: bool) -> String {
    let style = if color { AnsiColor::Cyan.on_default() } else { Style::new() };
    format!("|{style}{}{style:#}|", row(cells))
}

fn mapping(mapping: &Mappability) -> String {
    let mut text = match (mapping.mappable, &mapping.why) {
        (Some(true), _) => "can be mapped".to_owned(),
        (Some(false), Some(why)) => format!("cannot be mapped ({why})"),
        (Some(false), None) => "cannot be mapped".to_owned(),
        (None, why) => format!("unknown ({})", why.as_deref().unwrap_or("not tried")),
    };
    match mapping.auto {
        Some(AccessMethod::Map) => text.push_str("; --io auto maps it"),
        Some(_) => text.push_str("; --io auto reads it"),
        None => {}
    }
    if let Some(why) = &mapping.auto_why {
        let _ = write!(text, " ({why})");
    }
    text
}

fn done(action: &CacheOutcome) -> String {
    match action {
        CacheOutcome::Touched(bytes) => format!("touched {bytes} bytes ({})", human(*bytes)),
        CacheOutcome::Evicted(Ok(left)) if left.resident == 0 => "evicted".into(),
        CacheOutcome::Evicted(Ok(left)) => format!("evicted; {}", pages_that_stay(left.resident)),
        CacheOutcome::Evicted(Err(unknown)) => {
            format!("evicted; unknown how many pages remain ({})", why(*unknown))
        }
    }
}

fn cached(facts: &FileFacts, cache: &Result<Vec<ResidencyCell>, UnknownResidency>) -> String {
    let pages = residency::pages(facts.inode.stx_size);
    match cache {
        Ok(cells) => {
            let total = residency::total(cells);
            format!(
                "{}{} of {pages} pages of {} bytes in memory ({}, {}){}{}",
                if total.is_estimate { "about " } else { "" },
                total.resident,
                page_size(),
                percent(total.resident, pages),
                human(total.resident * page_size() as u64),
                state(&total),
                if inspection::lives_in_memory(facts) { "; they cannot be dropped (not backed by a disk)" } else { "" }
            )
        }
        Err(unknown) => format!("an unknown number of {pages} pages of {} bytes ({})", page_size(), why(*unknown)),
    }
}

/// Explains why the cached pages are unknown.
pub fn why(unknown: UnknownResidency) -> String {
    match unknown {
        UnknownResidency::NotPermitted => "only the owner and users who may write the file can ask the kernel".into(),
        UnknownResidency::Unsupported => "this system does not report it".into(),
        UnknownResidency::NotOpened(errno) => format!("cannot open: {}", error_text(&errno.into())),
        UnknownResidency::Refused(errno) => format!("the kernel cannot tell: {}", error_text(&errno.into())),
    }
}

fn data(sparse: &Sparseness) -> String {
    let more = if sparse.complete { "" } else { " and more" };
    if sparse.holes == 0 {
        return format!("no holes{more}");
    }
    format!(
        "{} in {}{more}; {} of {} in all",
        bytes(sparse.data_bytes),
        counted(sparse.data_ranges, "range"),
        counted(sparse.holes, "hole"),
        bytes(sparse.hole_bytes)
    )
}

fn disk(layout: &Result<Layout, Errno>) -> String {
    let layout = match layout {
        Ok(layout) => layout,
        Err(errno) => return format!("extents unknown: {}", error_text(&(*errno).into())),
    };
    let mut text = format!("{} in {}", counted(layout.extents, "extent"), counted(layout.fragments, "fragment"));
    let special = [(layout.shared, "shared"), (layout.unwritten, "unwritten"), (layout.delayed, "not allocated yet")];
    for (count, word) in special.into_iter().filter(|(count, _)| *count > 0) {
        let _ = write!(text, ", {count} {word}");
    }
    if !layout.complete {
        text.push_str(" and more");
    }
    text
}

fn content_lines(content: Option<&Content>) -> Vec<(&'static str, String)> {
    let Some(content) = content else { return vec![("Text", "not read".into())] };
    let mut kind = match (content.kind, content.encoding) {
        (ContentKind::Empty, _) => return vec![("Text", "no bytes".into())],
        (ContentKind::Text, Some(encoding)) => format!("text, {encoding}"),
        (ContentKind::Text, None) => "text".into(),
        (ContentKind::Binary, _) => "binary".into(),
    };
    if let Some(bom) = content.bom {
        let _ = write!(kind, " with a {bom} byte order mark");
    }
    let _ = write!(kind, " ({})", content.mime);
    let mut lines = counted(content.lines, "line");
    match content.line_ends {
        Some(LineEnding::Lf) => lines.push_str(", LF"),
        Some(LineEnding::Crlf) => lines.push_str(", CRLF"),
        Some(LineEnding::Cr) => lines.push_str(", CR"),
        Some(LineEnding::Mixed) => {
            let _ = write!(lines, ", mixed ({} CRLF)", content.crlf);
        }
        Some(LineEnding::None) | None => {}
    }
    if let Some(longest) = content.longest_line {
        let _ = write!(lines, ", the longest {}", counted(longest, "byte"));
    }
    if content.ends_with_newline == Some(false) {
        lines.push_str(", no newline at the end");
    }
    let odd = format!(
        "{}, {}, {} above 127",
        counted(content.nul_bytes, "NUL byte"),
        counted(content.control_characters, "control character"),
        counted(content.high_bytes, "byte")
    );
    let times = content.times.as_ref().map(|times| {
        let covered = match (&times.first, &times.last) {
            (Some(first), Some(last)) => format!("{first} to {last} ({})", times.form),
            _ => times.form.clone(),
        };
        let timeless = times.timeless.as_ref().map_or_else(String::new, |timeless| format!("; {timeless}"));
        covered + &timeless
    });
    let compressed = content.compressed.map(|format| format!("unknown: {format} data; --decompress reads them"));
    let mut rows = vec![("Text", kind), ("Lines", lines), ("Bytes", odd)];
    rows.extend(times.or(compressed).map(|times| ("Times", times)));
    rows
}

/// Lists the alternate data streams and their sizes.
fn alternate_streams(streams: &[AlternateStream]) -> String {
    let named = streams.iter().map(|stream| format!("{} ({})", escape_name(&stream.name), bytes(stream.size)));
    format!("{}: {}", counted(streams.len() as u64, "alternate data stream"), named.collect::<Vec<_>>().join(", "))
}

fn users_lines(users: Option<&Users>) -> Vec<String> {
    let Some(users) = users else { return vec!["unknown (this system does not report them)".into()] };
    let coverage = &users.coverage;
    let verb = "mapped or open";
    let among = match coverage.denied {
        0 => format!("of {} other processes", coverage.inspected),
        denied => format!("of {} processes ({denied} more could not be inspected)", coverage.inspected),
    };
    let count = users.file_users.len();
    let mut lines = vec![match count {
        0 => format!("none {among} has it {verb}"),
        1 => format!("1 {among} has it {verb}"),
        _ => format!("{count} {among} have it {verb}"),
    }];
    for holder in &users.file_users {
        let who = shown(holder);
        if holder.mappings.is_empty() && holder.descriptors.is_empty() {
            lines.push(who.clone());
        }
        for area in &holder.mappings {
            lines.push(format!(
                "{who}: mapped {}, {} from {}, at {:x}-{:x}",
                area.mode(),
                bytes(area.end - area.start),
                area.offset,
                area.start,
                area.end
            ));
        }
        for descriptor in &holder.descriptors {
            let how = match (descriptor.read, descriptor.write) {
                (true, true) => "read and write",
                (true, false) => "read",
                (false, true) => "write",
                (false, false) => "neither read nor write",
            };
            lines.push(format!("{who}: open as {} to {how}", descriptor.number));
        }
    }
    lines
}

fn shown(holder: &FileUser) -> String {
    use crate::os::posix::OsStrExt;
    format!("{} {}", holder.pid, escape_name(std::ffi::OsStr::from_bytes(&holder.command)))
}

fn counted(count: u64, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

fn bytes(count: u64) -> String {
    if count < 1024 { counted(count, "byte") } else { format!("{count} bytes ({})", human(count)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os::file_users::Coverage;

    #[test]
    fn none_is_claimed_only_of_inspected_processes() {
        let users = |denied| Users { file_users: Vec::new(), coverage: Coverage { inspected: 7, denied } };
        assert_eq!(users_lines(Some(&users(0))), ["none of 7 other processes has it mapped or open"]);
        assert_eq!(
            users_lines(Some(&users(3))),
            ["none of 7 processes (3 more could not be inspected) has it mapped or open"]
        );
    }
}
