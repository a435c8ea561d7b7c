//! The command lines that are tested with every fault: one for each access pattern of each
//! subcommand.

/// A command line without its file.
pub struct Line {
    pub args: &'static [&'static str],
    /// The exit code when an input fails.
    pub failure: i32,
    /// Whether the output for the first part of a file is a prefix of the output for the whole
    /// file. That is not true of totals.
    pub prefix: bool,
    /// Whether two runs on one file print the same. That is not true of access times and residency.
    pub steady: bool,
}

const fn line(args: &'static [&'static str], failure: i32, prefix: bool) -> Line {
    Line { args, failure, prefix, steady: true }
}

pub const LINES: &[Line] = &[
    line(&["cat"], 1, true),
    line(&["cat", "-n"], 1, true),
    line(&["cat", "-A", "-s"], 1, true),
    line(&["cat", "--lines", "-20:"], 1, false),
    line(&["grep", "-n", "77"], 2, true),
    line(&["grep", "-v", "-C1", "7"], 2, true),
    line(&["grep", "-c", "5"], 2, false),
    line(&["grep", "-o", "-b", "[0-9]*99"], 2, true),
    line(&["hexdump", "-C"], 1, false),
    line(&["hexdump", "-v"], 1, false),
    line(&["checksum"], 1, false),
    line(&["checksum", "-a", "crc32c"], 1, false),
    line(&["checksum", "-a", "blake3"], 1, false),
    Line { steady: false, ..line(&["stat"], 1, false) },
    Line { steady: false, ..line(&["stat", "--content"], 1, false) },
];
