//! Man pages in roff.
//!
//! The options are generated from their definitions; the sections after them are handwritten and in
//! `man/sections`.

use clap::Command;
use clap_mangen::Man;

use super::{examples, program, topics};
use crate::cli::suggested::Suggested;

/// The date shown on all pages.
const DATE: &str = "2026-11-28";

/// Handwritten sections, by the name of the subcommand.
const SECTIONS: [(&str, &str); 7] = [
    ("mapped", include_str!("../../../man/sections/mapped.roff")),
    ("bench", include_str!("../../../man/sections/bench.roff")),
    ("cat", include_str!("../../../man/sections/cat.roff")),
    ("checksum", include_str!("../../../man/sections/checksum.roff")),
    ("grep", include_str!("../../../man/sections/grep.roff")),
    ("hexdump", include_str!("../../../man/sections/hexdump.roff")),
    ("stat", include_str!("../../../man/sections/stat.roff")),
];

/// The end of a page that has no handwritten sections.
const NO_SECTIONS: &str = ".SH \"SEE ALSO\"\n.BR mapped (1)\n";

/// Show the man page of a subcommand or a topic.
///
/// On a terminal, man(1) formats the page and shows it in the pager. Elsewhere, the page is printed
/// in roff, so `mapped man grep > mapped-grep.1` saves it.
#[derive(clap::Args, Debug)]
pub struct ManArgs {
    /// Subcommand or help topic [default: the page of the program itself]
    #[arg(value_name = "PAGE", value_parser = Suggested(topics::names), hide_possible_values = true)]
    pub page: Option<String>,
}

/// Returns the file names of all pages, such as `mapped-cat.1`, with their text.
pub fn pages() -> Vec<(String, String)> {
    let program = program();
    let mut pages = vec![(String::from("mapped.1"), command_page(&program, "mapped"))];
    for command in program.get_subcommands() {
        let name = format!("mapped-{}", command.get_name());
        pages.push((format!("{name}.1"), command_page(command, &name)));
    }
    for topic in topics::TOPICS {
        pages.push((format!("mapped-{}.7", topic.name), topic_page(topic)));
    }
    pages
}

/// Returns the page of the program, a subcommand or a topic. `mapped-` before the name is optional.
pub fn page(name: &str) -> Option<String> {
    let name = topics::named(name).map_or(name, |topic| topic.name);
    let full = if name.starts_with("mapped") { name.to_owned() } else { format!("mapped-{name}") };
    let is_named = |file: &str| file.rsplit_once('.').is_some_and(|(stem, _)| stem == full);
    pages().into_iter().find(|(file, _)| is_named(file)).map(|(_, text)| text)
}

fn command_page(command: &Command, name: &str) -> String {
    // clap requires names that live forever, so one is leaked per page. clap_mangen omits the text of
    // options that the short help hides, so none are hidden here.
    let titled: &'static str = name.to_owned().leak();
    let man = Man::new(
        command.clone().mut_args(|arg| arg.hide_short_help(false)).name(titled).bin_name(name.replace('-', " ")),
    )
    .title(name.to_uppercase())
    .date(DATE)
    .source(concat!("mapped ", env!("CARGO_PKG_VERSION")))
    .manual("User Commands");
    let subcommand = name.strip_prefix("mapped-").unwrap_or(name);
    let mut page = rendered(&man, |man, page| {
        man.render_title(page)?;
        man.render_name_section(page)
    });
    page.push_str(&synopsis(command));
    page.push_str(&rendered(&man, |man, page| {
        man.render_description_section(page)?;
        man.render_options_section(page)?;
        if command.has_subcommands() { man.render_subcommands_section(page) } else { Ok(()) }
    }));
    page.push_str(&examples::roff(subcommand));
    let sections = SECTIONS.iter().find(|(own, _)| *own == subcommand);
    page.push_str(sections.map_or(NO_SECTIONS, |(_, text)| text));
    // clap_mangen surrounds the space before a list of values with redundant line breaks.
    tidy(&page.replace(".br\n\n.br\n", ".sp\n").replace(".br\n.sp\n.br\n", ".sp\n"))
}

/// Removes redundant paragraph marks after headings.
fn tidy(page: &str) -> String {
    let before = std::iter::once("").chain(page.lines());
    let kept = page.lines().zip(before).filter(|(line, before)| *line != ".PP" || !before.starts_with(".SH"));
    kept.map(|(line, _)| format!("{line}\n")).collect()
}

fn rendered(man: &Man, render: impl Fn(&Man, &mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut page = Vec::new();
    render(man, &mut page).expect("writing to a vector cannot fail");
    String::from_utf8_lossy(&page).into_owned()
}

/// Returns the synopsis: the usage lines of the help, with placeholders in italics.
fn synopsis(command: &Command) -> String {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").trim();
    let lines: Vec<String> =
        usage.lines().map(|line| line.split_whitespace().map(styled).collect::<Vec<_>>().join(" ")).collect();
    format!(".SH SYNOPSIS\n{}\n", lines.join("\n.br\n"))
}

/// Returns a word of a usage line in bold, or in italics if it is a placeholder.
fn styled(word: &str) -> String {
    let is_placeholder = |c: char| c.is_ascii_uppercase() || matches!(c, '_' | '|');
    let start = word.find(|c: char| !matches!(c, '[' | '<')).unwrap_or(0);
    let (before, rest) = word.split_at(start);
    let end = rest.find([']', '>', '.']).unwrap_or(rest.len());
    let (middle, after) = rest.split_at(end);
    let font = if middle.chars().all(is_placeholder) { 'I' } else { 'B' };
    format!("{before}\\f{font}{}\\fR{after}", middle.replace('-', "\\-"))
}

fn topic_page(topic: &topics::Topic) -> String {
    let title = format!("MAPPED-{}", topic.name.to_uppercase());
    let source = concat!("mapped ", env!("CARGO_PKG_VERSION"));
    let name = format!("mapped\\-{} \\- {}", topic.name.replace('-', "\\-"), topic.about);
    let sections = topics::roff(topic);
    tidy(&format!(".TH {title} 7 {DATE} \"{source}\" \"Miscellaneous\"\n.SH NAME\n{name}\n{sections}"))
}
