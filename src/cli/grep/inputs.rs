//! Options of `mapped grep` about what it searches.

use std::ffi::OsString;

use clap::{ArgAction, Args, ValueEnum};

use super::file_types::{FileTypes, known_types};
use super::name_globs::NameGlobs;
use super::recursion::{Directories, Recursion};
use crate::cli::cat::FollowBy;
use crate::cli::shard::parse_shard;
use crate::cli::size::parse_size;
use crate::cli::suggested::Suggested;
use crate::cli::times::Times;

/// Options about the input.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Inputs")]
pub struct Inputs {
    /// Whether directories are searched, and links followed.
    #[command(flatten)]
    pub recursion: Recursion,

    /// Options that select files by name.
    #[command(flatten)]
    pub names: NameGlobs,

    /// Skip directories whose name matches GLOB
    #[arg(long, value_name = "GLOB", action = ArgAction::Append)]
    pub exclude_dir: Vec<OsString>,

    /// Search only files whose path matches GLOB; !GLOB skips matching files and directories
    ///
    /// Globs have the syntax of .gitignore files, with the meaning of ! inverted. The last
    /// matching glob takes precedence. Files named on the command line are always searched.
    #[arg(short = 'g', long, value_name = "GLOB", action = ArgAction::Append)]
    pub glob: Vec<String>,

    /// Search only files whose path matches GLOB, as with -g, ignoring case
    #[arg(hide_short_help = true, long, value_name = "GLOB", action = ArgAction::Append)]
    pub iglob: Vec<String>,

    /// Ignore case in -g globs
    #[arg(hide_short_help = true, long)]
    pub glob_case_insensitive: bool,

    /// Options that select files by type.
    #[command(flatten)]
    pub types: FileTypes,

    /// Add globs to a file type, as in 'web:*.html' or 'web:include:html,css'
    #[arg(hide_short_help = true, long, value_name = "DEFINITION", action = ArgAction::Append)]
    pub type_add: Vec<String>,

    /// Remove all globs of a file type, before those of --type-add
    #[arg(hide_short_help = true, long, value_name = "TYPE", action = ArgAction::Append, value_parser = Suggested(known_types), hide_possible_values = true)]
    pub type_clear: Vec<String>,

    /// List all file types and exit
    #[arg(long)]
    pub type_list: bool,

    /// Search at most N levels of directories; the files of the directory itself are level 1
    #[arg(hide_short_help = true, long, visible_alias = "maxdepth", value_name = "N")]
    pub max_depth: Option<usize>,

    /// Skip directories on file systems other than the one the search starts on
    #[arg(hide_short_help = true, long)]
    pub one_file_system: bool,

    /// Skip files larger than SIZE
    #[arg(hide_short_help = true, long, value_name = "SIZE", value_parser = parse_size)]
    pub max_filesize: Option<u64>,

    /// Print the names of the files that -r would search; takes no PATTERN
    #[arg(long)]
    pub files: bool,

    /// Search files in this order
    #[arg(hide_short_help = true, long, value_name = "KEY", overrides_with_all = ["sortr", "sort_files"])]
    pub sort: Option<SortKey>,

    /// Search files in the order of their paths, as with --sort=path
    #[arg(long, hide = true, overrides_with_all = ["sort", "sortr"])]
    pub sort_files: bool,

    /// Search files in the reverse of this order
    #[arg(hide_short_help = true, long, value_name = "KEY", overrides_with_all = ["sort", "sort_files"])]
    pub sortr: Option<SortKey>,

    /// How to handle devices, FIFOs and sockets; those found in directories are always skipped
    #[arg(hide_short_help = true, short = 'D', long, value_name = "ACTION")]
    pub devices: Option<Devices>,

    /// Skip hidden files and files listed in .gitignore, .ignore and .rgignore
    ///
    /// Globs are those of ripgrep: {a,b} matches a or b, and POSIX classes are not known. Git reads
    /// braces literally.
    #[arg(long, overrides_with = "no_ignore")]
    pub ignore: bool,

    /// Do not use ignore files (default)
    #[arg(long, hide = true, overrides_with = "ignore")]
    pub no_ignore: bool,

    /// Skip files listed in FILE, in .gitignore syntax, even without --ignore
    #[arg(hide_short_help = true, long, value_name = "FILE", action = ArgAction::Append)]
    pub ignore_file: Vec<OsString>,

    /// Ignore case in ignore files
    #[arg(hide_short_help = true, long)]
    pub ignore_file_case_insensitive: bool,

    /// With --ignore, do not use .ignore and .rgignore files
    #[arg(hide_short_help = true, long)]
    pub no_ignore_dot: bool,

    /// With --ignore, do not use .git/info/exclude
    #[arg(hide_short_help = true, long)]
    pub no_ignore_exclude: bool,

    /// Do not use the files of --ignore-file
    #[arg(hide_short_help = true, long)]
    pub no_ignore_files: bool,

    /// With --ignore, do not use the global gitignore file
    #[arg(hide_short_help = true, long)]
    pub no_ignore_global: bool,

    /// With --ignore, do not use ignore files in parent directories
    #[arg(hide_short_help = true, long)]
    pub no_ignore_parent: bool,

    /// With --ignore, do not use .gitignore files
    #[arg(hide_short_help = true, long)]
    pub no_ignore_vcs: bool,

    /// With --ignore, use .gitignore files outside git repositories too
    #[arg(hide_short_help = true, long)]
    pub no_require_git: bool,

    /// With --ignore, search hidden files too
    #[arg(long)]
    pub hidden: bool,

    /// No effect; accepted for compatibility with GNU grep
    #[arg(hide_short_help = true, long)]
    pub binary: bool,

    /// No effect but a warning; accepted for compatibility with GNU grep
    #[arg(short = 'u', long, hide = true)]
    pub unix_byte_offsets: bool,

    /// Search binary files as text
    #[arg(short = 'a', long, overrides_with_all = ["text", "skip_binary", "binary_files"])]
    pub text: bool,

    /// Skip binary files
    #[arg(short = 'I', overrides_with_all = ["text", "skip_binary", "binary_files"])]
    pub skip_binary: bool,

    /// How to handle binary files
    #[arg(hide_short_help = true, long, value_name = "TYPE", overrides_with_all = ["text", "skip_binary", "binary_files"])]
    pub binary_files: Option<BinaryFiles>,

    /// Decode text from this encoding (a WHATWG name), by its byte order mark (auto), or not at all
    /// (none)
    #[arg(hide_short_help = true, long, value_name = "NAME")]
    pub encoding: Option<String>,

    /// Decompress gzip, zstd, xz, bzip2, lz4, lzma, lzip and compress files, recognised by their content;
    /// implied by --since, --until, --around, --merge, --timeline and --top
    #[arg(long, visible_alias = "search-zip")]
    pub decompress: bool,

    /// Print the matches in all files ordered by time, as `mapped cat --merge` does
    ///
    /// With --follow, a line is held for half a second in case another file has an earlier one.
    #[arg(long, conflicts_with_all = ["shard", "last", "multiline", "null_data"])]
    pub merge: bool,

    /// Search only the lines that start in part I of N equal parts of each file
    #[arg(hide_short_help = true, long, value_name = "I/N", value_parser = parse_shard, conflicts_with_all = ["context", "before_context", "after_context", "max_count", "last"])]
    pub shard: Option<(u64, u64)>,

    /// Times in logs.
    #[command(flatten)]
    pub times: Times,

    /// Keep searching data as it is appended, by descriptor (even if the file is renamed) or by
    /// name (even if it is replaced)
    ///
    /// A line is searched when it is complete or when the search ends: on Ctrl-C, at the first
    /// match with -q, or when every file has enough matches for -m or -l. --last N limits the matches
    /// printed from existing content. Truncation and replacement are reported on standard error.
    /// Conflicts with -r and with options that need the end of a file.
    #[arg(long, value_name = "BY", num_args = 0..=1, require_equals = true, default_missing_value = "descriptor", overrides_with = "follow",
          help_heading = "Inputs", conflicts_with_all = ["until", "around", "shard", "length", "count", "count_matches", "files_without_match", "multiline", "initial_tab",
                                "recursive", "dereference_recursive", "decompress", "encoding"])]
    pub follow: Option<FollowBy>,

    /// Map files that benefit from it (default), as with --io=auto
    #[arg(long, hide = true, overrides_with_all = ["no_mmap", "io"])]
    pub mmap: bool,

    /// Never map files, as with --io=read
    #[arg(long, hide = true, overrides_with_all = ["mmap", "io"])]
    pub no_mmap: bool,

    /// Suppress messages about files that cannot be read
    #[arg(short = 's', long, help_heading = "Inputs")]
    pub no_messages: bool,
}

/// The values of `--sort` and `--sortr`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SortKey {
    /// In the order in which files are found
    None,
    /// By path
    Path,
    /// By the time of last modification
    Modified,
    /// By the time of last access
    Accessed,
    /// By the time of creation
    Created,
}

/// The values of `--devices`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Devices {
    /// Read devices
    Read,
    /// Skip silently
    Skip,
}

/// The values of `--binary-files`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum BinaryFiles {
    /// Report that the file matches, without its lines
    #[default]
    Binary,
    /// Search as text, as with -a
    Text,
    /// Skip, as with -I
    WithoutMatch,
}

impl Inputs {
    /// Returns whether directories are searched.
    pub fn is_recursive(&self) -> bool {
        self.recursion.action() == Some(Directories::Recurse) || self.recursion.action().is_none() && self.files
    }
}
