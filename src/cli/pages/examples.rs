//! Examples for each subcommand, shown by `--help`, in its man page, and when it is run without the
//! operands it needs. A test runs every example.

use clap::{Command, CommandFactory};

use crate::cli::Cli;

/// A command line and what it does.
pub struct Example {
    /// The effect, in the imperative.
    pub about: &'static str,
    /// The command line to type.
    pub line: &'static str,
}

/// The maximum width, in columns, of a command line that is shown beside its description.
const MAX_COLUMN: usize = 45;

const fn example(about: &'static str, line: &'static str) -> Example {
    Example { about, line }
}

/// The examples of each subcommand, the most useful first.
pub const EXAMPLES: [(&str, &[Example]); 7] = [
    (
        "mapped",
        &[
            example("Print the errors of the last hour", "mapped grep --since now-1h ERROR app.log"),
            example("Follow a log across rotation", "mapped cat -F app.log"),
            example("Print lines 1000 to 1010", "mapped cat --lines=1000:1010 app.log"),
            example("Show the first bytes of a file", "mapped hexdump --length 64 disk.img"),
            example("Find a byte pattern", "mapped hexdump --find '7f 45 4c 46' --all disk.img"),
            example(
                "Record and verify the digests of a tree",
                "mapped checksum -r src > LIST && mapped checksum -c LIST",
            ),
            example("Show how a file is read and cached", "mapped stat disk.img"),
            example("Compare mmap and read on a file", "mapped bench disk.img"),
        ],
    ),
    (
        "bench",
        &[
            example("Compare mmap and read on a cached file", "mapped bench disk.img"),
            example("Compare with a cold cache, then with a warm one", "mapped bench --both --runs 3 disk.img"),
            example("Measure random 4 KiB accesses", "mapped bench --pattern random --block-size 4K disk.img"),
            example("Measure a search", "mapped bench --work search:ERROR app.log"),
            example("Save the results and draw a chart", "mapped bench --json --plot chart.svg disk.img > run.json"),
        ],
    ),
    (
        "cat",
        &[
            example("Print the first ten lines", "mapped cat --lines=:10 app.log"),
            example("Print the last hundred lines", "mapped cat --lines=-100: app.log"),
            example("Print lines 1000 to 1010 with their numbers", "mapped cat -n --lines=1000:1010 app.log"),
            example("Print what was logged between two times", "mapped cat --since 09:00 --until 09:30 app.log"),
            example("Merge rotated logs by time", "mapped cat --merge app.log app.log.1 app.log.2.gz"),
            example("Follow a log across rotation", "mapped cat -F app.log"),
            example("Print the second of four parts, split at line ends", "mapped cat --shard 2/4 app.log"),
            example("Show the escape sequences in an untrusted file", "mapped cat --sanitize app.log"),
        ],
    ),
    (
        "checksum",
        &[
            example("Print a BLAKE3 digest, on all processors", "mapped checksum disk.img"),
            example("Print a SHA-256 digest, as sha256sum does", "mapped checksum -a sha256 disk.img"),
            example("Compute several digests in one pass", "mapped checksum -a sha256,md5,crc32 disk.img"),
            example("Record the digests of a tree", "mapped checksum -r src > LIST"),
            example("Verify them, printing only failures", "mapped checksum -c --quiet LIST"),
            example("Report new, moved and missing files as well", "mapped checksum --audit LIST"),
            example(
                "Compare a file with a published digest",
                "mapped checksum -a md5 --expect d41d8cd98f00b204e9800998ecf8427e empty",
            ),
        ],
    ),
    (
        "grep",
        &[
            example("Search a log, with line numbers", "mapped grep -n 'timeout|refused' app.log"),
            example("Search the last hour of a log", "mapped grep --since now-1h ERROR app.log"),
            example("Search rotated logs in order of time", "mapped grep --merge ERROR app.log app.log.1 app.log.2.gz"),
            example("Select lines with two words but not a third", "mapped grep -e ERROR --and db --not retry app.log"),
            example("List the ten most frequent matches", "mapped grep -o --top 10 'code=\\d+' app.log"),
            example("Count errors over time", "mapped grep --timeline=10m ERROR app.log"),
            example("Search source files that git would track", "mapped grep -r --ignore -n TODO src"),
            example("Print matches as they are appended", "mapped grep --follow=name ERROR app.log"),
        ],
    ),
    (
        "hexdump",
        &[
            example("Show the first 64 bytes", "mapped hexdump --length 64 disk.img"),
            example("Show the last 512 bytes", "mapped hexdump --offset=-512 disk.img"),
            example("Show a file as xxd does", "mapped hexdump -f xxd --length 64 disk.img"),
            example(
                "Find every match of a byte pattern, with a row before and after each",
                "mapped hexdump --find 'ff d8 ?? e0' --all --context 1 disk.img",
            ),
            example("Show 32-bit words in decimal", "mapped hexdump --type u4 --length 64 disk.img"),
            example(
                "Convert a dump back into bytes",
                "mapped hexdump disk.img > dump && mapped hexdump -r dump copy.img",
            ),
            example("Write a C array", "mapped hexdump -i --length 64 disk.img"),
        ],
    ),
    (
        "stat",
        &[
            example("Describe a file: metadata, mapping, cache, extents", "mapped stat disk.img"),
            example("Print sizes and names, as GNU stat does", "mapped stat -c '%s %n' app.log disk.img"),
            example("Count lines", "mapped stat --lines app.log app.log.1"),
            example("Show how much of a tree is cached", "mapped stat --residency -r src"),
            example("Detect text or binary, encoding and line endings", "mapped stat --content app.log"),
            example("List the processes that have a file open or mapped", "mapped stat --who app.log"),
            example("Load a file into the page cache", "mapped stat --touch --residency disk.img"),
        ],
    ),
];

fn of(subcommand: &str) -> &'static [Example] {
    EXAMPLES.iter().find(|(name, _)| *name == subcommand).map_or(&[], |(_, examples)| examples)
}

/// Returns the examples as a section of a help text for a terminal with `columns` columns, or `None`
/// for a subcommand without examples.
pub fn help(subcommand: &str, columns: usize) -> Option<String> {
    let lines = in_columns(of(subcommand).iter(), columns);
    (!lines.is_empty()).then(|| format!("Examples:\n{}", lines.join("\n")))
}

/// Returns the examples in two columns. A command line that does not fit into the first column takes a
/// line of its own. If the terminal is too narrow for both, descriptions are above command lines.
fn in_columns<'a>(examples: impl Iterator<Item = &'a Example> + Clone, columns: usize) -> Vec<String> {
    let width = examples.clone().filter(is_short).map(|example| example.line.len()).max().unwrap_or(0);
    let about = examples.clone().map(|example| example.about.len()).max().unwrap_or(0);
    if 2 + width + 2 + about > columns {
        return examples.map(|Example { about, line }| format!("  {about}:\n    {line}")).collect();
    }
    let shown = examples.map(|example| match is_short(&example) {
        true => format!("  {:width$}  {}", example.line, example.about),
        false => format!("  {}\n  {:width$}  {}", example.line, "", example.about),
    });
    shown.collect()
}

fn is_short(example: &&Example) -> bool {
    example.line.len() <= MAX_COLUMN
}

/// Returns the section of a man page, or nothing for a subcommand without examples.
pub fn roff(subcommand: &str) -> String {
    let lines: Vec<String> = of(subcommand)
        .iter()
        .map(|example| {
            let line = example.line.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq");
            format!(".PP\n{}:\n.PP\n.nf\n.RS 2\n{line}\n.RE\n.fi\n", example.about)
        })
        .collect();
    if lines.is_empty() { String::new() } else { format!(".SH EXAMPLES\n{}", lines.concat()) }
}

/// Returns the text shown for `mapped` alone, or for a subcommand without the operands it needs:
/// about ten lines of usage, examples, and pointers to more help.
pub fn brief(subcommand: Option<&str>, columns: usize) -> String {
    let mut program = Cli::command();
    let (usage, name) = match subcommand.and_then(|name| program.find_subcommand_mut(name)) {
        Some(command) => (usage(command), subcommand),
        None => (usage(&mut program), None),
    };
    let lines = in_columns(of(name.unwrap_or("mapped")).iter().filter(is_short), columns);
    let more = name.map_or(String::from("mapped --help"), |name| format!("mapped {name} --help"));
    format!("{usage}\n\n{}\n\nAll options: {more}. Topics: mapped help.", lines.join("\n"))
}

fn usage(command: &mut Command) -> String {
    command.render_usage().to_string().trim_end().to_owned()
}
