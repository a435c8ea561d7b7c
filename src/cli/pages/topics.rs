//! The topics of `mapped help TOPIC`, which are also man pages of section 7.
//!
//! A topic is a plain text file below `man/topics`: a line that starts with `#` is a heading, an
//! indented line is shown verbatim, and words in backquotes are what a user types.

use crate::cli::SUBCOMMANDS;
use crate::cli::suggested::Suggested;

/// Show the help of a subcommand or a topic.
#[derive(clap::Args, Debug)]
pub struct HelpArgs {
    /// Subcommand or topic; a list of both by default
    #[arg(value_name = "TOPIC", value_parser = Suggested(names), hide_possible_values = true)]
    pub topic: Option<String>,
}

/// A topic.
pub struct Topic {
    /// The name for `mapped help`.
    pub name: &'static str,
    /// Other names for the topic.
    pub aliases: &'static [&'static str],
    /// A short description for the list of topics.
    pub about: &'static str,
    text: &'static str,
}

/// All topics.
pub const TOPICS: &[Topic] = &[
    Topic {
        name: "logs",
        aliases: &["log", "merge", "follow", "rotation", "timeline", "stacktrace", "stack", "entry", "entries"],
        about: "read, search, merge and follow log files",
        text: include_str!("../../../man/topics/logs.txt"),
    },
    Topic {
        name: "times",
        aliases: &["time", "dates", "date", "since", "until", "around", "period"],
        about: "how to write times, and how they are found in logs",
        text: include_str!("../../../man/topics/times.txt"),
    },
    Topic {
        name: "patterns",
        aliases: &["pattern", "regex", "regexp"],
        about: "the pattern languages of grep",
        text: include_str!("../../../man/topics/patterns.txt"),
    },
    Topic {
        name: "numbers",
        aliases: &["number", "ranges", "range", "sizes", "size", "offsets"],
        about: "sizes, offsets, counts and ranges",
        text: include_str!("../../../man/topics/numbers.txt"),
    },
    Topic {
        name: "exit-codes",
        aliases: &["exit", "exit-status", "codes"],
        about: "exit codes of every subcommand",
        text: include_str!("../../../man/topics/exit-codes.txt"),
    },
];

/// Returns the names of all subcommands and topics.
pub fn names() -> Vec<&'static str> {
    SUBCOMMANDS.into_iter().chain(TOPICS.iter().map(|topic| topic.name)).collect()
}

/// Returns the topic of this name.
pub fn named(name: &str) -> Option<&'static Topic> {
    TOPICS.iter().find(|topic| topic.name == name || topic.aliases.contains(&name))
}

/// Returns the help of a subcommand or the text of a topic; without a name, the list of both.
///
/// The text is laid out for a terminal with `columns` columns.
pub fn help(name: Option<&str>, columns: usize) -> Option<String> {
    match name {
        None => {
            let list: Vec<String> =
                TOPICS.iter().map(|topic| format!("  {:11}  {}", topic.name, topic.about)).collect();
            Some(format!("{}\nTopics:\n{}\n", super::program_with_help(columns).render_help(), list.join("\n")))
        }
        Some(name) => match super::with_full_help(name, columns) {
            Some(mut command) => Some(command.render_help().to_string()),
            None => named(name).map(|topic| text(topic, columns)),
        },
    }
}

/// Returns the text of a topic for a terminal. If a line does not fit, each paragraph becomes one line.
fn text(topic: &Topic, columns: usize) -> String {
    let joins = topic.text.lines().any(|line| line.chars().count() > columns);
    let mut shown = String::new();
    let mut in_paragraph = false;
    for line in topic.text.lines() {
        let heading = line.strip_prefix("# ");
        let is_prose = heading.is_none() && !line.is_empty() && !line.starts_with(' ');
        if !shown.is_empty() {
            shown.push(if joins && is_prose && in_paragraph { ' ' } else { '\n' });
        }
        in_paragraph = is_prose;
        match heading {
            Some(heading) => shown.push_str(&heading.to_uppercase()),
            None => shown.push_str(&line.replace('`', "")),
        }
    }
    shown + "\n"
}

/// Returns the sections of a topic's man page.
pub fn roff(topic: &Topic) -> String {
    let mut page = String::from(".SH DESCRIPTION\n");
    let mut is_literal = false;
    for line in topic.text.lines() {
        let literal = line.strip_prefix("    ");
        if literal.is_some() != is_literal {
            // A blank line belongs to the text that follows.
            page.truncate(page.trim_end_matches(".PP\n").len());
            page.push_str(if is_literal { ".RE\n.fi\n" } else { ".PP\n.RS 2\n.nf\n" });
            is_literal = !is_literal;
            if line.is_empty() {
                page.push_str(".PP\n");
                continue;
            }
        }
        match (literal, line.strip_prefix("# ")) {
            (Some(literal), _) => page.push_str(&escaped(literal)),
            (None, Some(heading)) => {
                page.truncate(page.trim_end_matches(".PP\n").len());
                page.push_str(&format!(".SH \"{}\"", heading.to_uppercase()));
            }
            (None, None) if line.is_empty() => page.push_str(".PP"),
            (None, None) => page.push_str(&in_bold(line)),
        }
        page.push('\n');
    }
    if is_literal {
        page.push_str(".RE\n.fi\n");
    }
    page.push_str(".SH \"SEE ALSO\"\n.BR mapped (1)\n");
    page
}

fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq");
    if text.starts_with('.') { format!("\\&{text}") } else { text }
}

/// Returns a line with the words in backquotes set in bold.
fn in_bold(line: &str) -> String {
    let parts = line.split('`').enumerate();
    parts.map(|(at, part)| if at % 2 == 1 { format!("\\fB{}\\fR", escaped(part)) } else { escaped(part) }).collect()
}
