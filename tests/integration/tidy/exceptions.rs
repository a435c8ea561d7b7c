//! The current violations of each rule, with the reasons. The lists may only shrink.

/// Imports that the dependency arrows of ARCHITECTURE.md forbid.
pub const ARROWS: &[(&str, &str)] = &[];

/// Files that import each other.
pub const CIRCLES: &[(&str, &str)] = &[];

/// Files that use the environment.
pub const ENVIRONMENT: &[(&str, &str)] = &[
    ("commands/stat/inspection.rs", "describes standard input, which may be a terminal"),
    ("io/source/probe.rs", "a terminal is a kind of file, which says how it is read"),
    ("output/stdout.rs", "a terminal is a kind of output, which is flushed line by line"),
];

/// Files with `unsafe` code.
pub const UNSAFE: &[(&str, &str)] = &[
    ("commands/newlines.rs", "machine instructions, or still to be moved to os"),
    ("digest/fold.rs", "machine instructions, or still to be moved to os"),
    ("digest/md5.rs", "machine instructions, or still to be moved to os"),
    ("digest/sha512.rs", "machine instructions, or still to be moved to os"),
    ("library/file_window.rs", "declares an unsafe function, whose promise its caller gives"),
];

/// Functions that are too long.
pub const LONG_FUNCTIONS: &[(&str, &str)] = &[];

/// Functions with too many parameters.
pub const MANY_PARAMETERS: &[(&str, &str)] = &[];

/// Files that are too long.
pub const LONG_FILES: &[(&str, &str)] = &[];

/// Type names that are defined more than once.
pub const TYPE_NAMES: &[(&str, &str)] = &[];

/// Imports under another name.
pub const RENAMES: &[(&str, &str)] = &[];
