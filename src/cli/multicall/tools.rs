//! The table of classic tools.

use super::{Becomes, Rule, Tool, ValueRule};
use super::{complete, od, xxd};
use Becomes::{Args, NotOffered, Noted};
use ValueRule::{None as Flag, Optional, Required};

const fn rule(letter: char, long: &'static str, value: ValueRule, becomes: Becomes) -> Rule {
    Rule { letter: Some(letter), long, value, becomes }
}

const fn long(long: &'static str, value: ValueRule, becomes: Becomes) -> Rule {
    Rule { letter: None, long, value, becomes }
}

const VERSION: Rule = rule('V', "", Flag, NotOffered("version"));
/// The options for a tool's own help and version.
const HELP_AND_VERSION: &[Rule] = &[rule('h', "", Flag, NotOffered("help")), VERSION];

const GREP: &[Rule] = &[
    // Unix does not distinguish text from binary files, so these have no effect.
    rule('U', "binary", Flag, Args("")),
    rule('u', "unix-byte-offsets", Flag, Args("--unix-byte-offsets")),
    long("fixed-regexp", Flag, Args("--fixed-strings")),
    rule('0', "", Required, Args("--context={}")),
    VERSION,
];
/// GNU grep's long options, in its order.
const GREP_NAMES: &[&str] = &[
    "basic-regexp",
    "extended-regexp",
    "fixed-strings fixed-regexp",
    "perl-regexp",
    "after-context",
    "before-context",
    "binary-files",
    "binary",
    "byte-offset",
    "context",
    "color colour",
    "count",
    "devices",
    "directories",
    "exclude",
    "exclude-from",
    "exclude-dir",
    "file",
    "files-with-matches",
    "files-without-match",
    "group-separator",
    "help",
    "include",
    "ignore-case",
    "no-ignore-case",
    "initial-tab",
    "label",
    "line-buffered",
    "line-number",
    "line-regexp",
    "max-count",
    "no-filename",
    "no-group-separator",
    "no-messages",
    "null",
    "null-data",
    "only-matching",
    "quiet",
    "recursive",
    "dereference-recursive",
    "regexp",
    "invert-match",
    "silent",
    "text",
    "unix-byte-offsets",
    "version",
    "with-filename",
    "word-regexp",
];
const GREP_LETTERS: &str = "e:f:EFGPiywxvzqcm:lLobnHhTZA:B:C:rRd:D:aIs";

/// The options that head and tail share.
const ENDS: &[Rule] = &[
    rule('n', "lines", Required, Noted),
    rule('c', "bytes", Required, Noted),
    rule('q', "quiet", Flag, Noted),
    long("silent", Flag, Noted),
    rule('v', "verbose", Flag, Noted),
    rule('z', "zero-terminated", Flag, Args("--null-data")),
    // GNU's tests pass this option. It has no effect, because a pipe is recognised by its type.
    long("-presume-input-pipe", Flag, Args("")),
];

const TAIL: &[Rule] = &[
    rule('f', "", Flag, Args("--follow")),
    rule('F', "", Flag, Args("-F")),
    long("follow", Optional, Args("--follow={}")),
    long("pid", Required, Noted),
    long("retry", Flag, Noted),
    // Changes are noticed as they happen, so intervals have no effect.
    rule('s', "sleep-interval", Required, Noted),
    long("max-unchanged-stats", Required, Noted),
    long("-disable-inotify", Flag, Args("")),
];

const TAC: &[Rule] = &[
    rule('b', "before", Flag, Args("--separator-before")),
    rule('r', "regex", Flag, NotOffered("a separator is plain text")),
    rule('s', "separator", Required, Args("--separator={}")),
];

const WC: &[Rule] = &[
    rule('l', "lines", Flag, Noted),
    rule('c', "bytes", Flag, Noted),
    rule('m', "chars", Flag, Noted),
    rule('w', "words", Flag, Noted),
    rule('L', "max-line-length", Flag, Noted),
    long("files0-from", Required, Args("--files0-from={}")),
    long("total", Required, Args("--total={}")),
];

const CHECK: Rule = rule('c', "check", Flag, Args("--check"));
const LENGTH: Rule = rule('l', "length", Required, Noted);

const B3SUM: &[Rule] = &[CHECK, LENGTH, long("seek", Required, Noted), long("num-threads", Required, Noted)];

const CKSUM: &[Rule] = &[
    rule('a', "algorithm", Required, Noted),
    CHECK,
    LENGTH,
    long("untagged", Flag, Args("--untagged")),
    long("debug", Flag, NotOffered("mapped checksum --list-algorithms shows what is computed")),
];

const SUM: &[Rule] = &[rule('r', "", Flag, Noted), rule('s', "sysv", Flag, Noted)];

const HEXDUMP: &[Rule] = &[
    rule('b', "one-byte-octal", Flag, Args("-b")),
    rule('X', "one-byte-hex", Flag, Args("-X")),
    rule('c', "one-byte-char", Flag, Args("-c")),
    rule('C', "canonical", Flag, Args("-C")),
    rule('d', "two-bytes-decimal", Flag, Args("-d")),
    rule('o', "two-bytes-octal", Flag, Args("-o")),
    rule('x', "two-bytes-hex", Flag, Args("-x")),
    rule('e', "format", Required, Args("-e{}")),
    rule('f', "format-file", Required, Args("--format-file={}")),
    rule('L', "color", Optional, Args("--color={}")),
    rule('n', "length", Required, Noted),
    rule('s', "skip", Required, Noted),
];

const XXD: &[Rule] = &[
    rule('a', "autoskip", Flag, Noted),
    rule('b', "bits", Flag, Noted),
    rule('c', "cols", Required, Noted),
    rule('C', "capitalize", Flag, Noted),
    rule('d', "decimal", Flag, Args("--address-radix=decimal")),
    rule('e', "", Flag, Noted),
    rule('E', "EBCDIC", Flag, Noted),
    rule('g', "groupsize", Required, Noted),
    rule('i', "include", Flag, Noted),
    rule('l', "len", Required, Noted),
    rule('n', "name", Required, Noted),
    rule('o', "offset", Required, Args("--base={}")),
    rule('p', "plain", Flag, Noted),
    rule('r', "revert", Flag, Args("--reverse")),
    rule('R', "", Required, Args("--color={}")),
    rule('s', "seek", Required, Noted),
    rule('t', "", Flag, Noted),
    rule('u', "uppercase", Flag, Args("--upper")),
    rule('v', "version", Flag, NotOffered("version")),
];

const CMP: &[Rule] = &[
    rule('l', "verbose", Flag, Noted),
    rule('s', "quiet", Flag, Noted),
    long("silent", Flag, Noted),
    rule('n', "bytes", Required, Noted),
    rule('i', "ignore-initial", Required, Noted),
    rule('b', "print-bytes", Flag, Args("--print-bytes")),
];

const OD: &[Rule] = &[
    rule('A', "address-radix", Required, Noted),
    rule('j', "skip-bytes", Required, Noted),
    rule('N', "read-bytes", Required, Noted),
    rule('S', "", Required, Noted),
    long("strings", Optional, Noted),
    rule('t', "format", Required, Args("--type={}")),
    rule('v', "output-duplicates", Flag, Args("--no-squeezing")),
    rule('w', "width", Optional, Noted),
    long("endian", Required, Args("--endian={}")),
    long("traditional", Flag, Noted),
    rule('a', "", Flag, Args("--type=a")),
    rule('b', "", Flag, Args("--type=o1")),
    rule('c', "", Flag, Args("--type=c")),
    rule('B', "", Flag, Args("--type=o2")),
    rule('o', "", Flag, Args("--type=o2")),
    rule('O', "", Flag, Args("--type=o4")),
    rule('d', "", Flag, Args("--type=u2")),
    rule('D', "", Flag, Args("--type=u4")),
    rule('e', "", Flag, Args("--type=fD")),
    rule('F', "", Flag, Args("--type=fD")),
    rule('f', "", Flag, Args("--type=fF")),
    rule('h', "", Flag, Args("--type=x2")),
    rule('x', "", Flag, Args("--type=x2")),
    rule('H', "", Flag, Args("--type=x4")),
    rule('X', "", Flag, Args("--type=x4")),
    rule('i', "", Flag, Args("--type=dI")),
    rule('I', "", Flag, Args("--type=dL")),
    rule('L', "", Flag, Args("--type=dL")),
    rule('l', "", Flag, Args("--type=dL")),
    rule('s', "", Flag, Args("--type=d2")),
];

/// Returns a tool without options of its own.
const fn tool(name: &'static str, subcommand: &'static str, defaults: &'static [&'static str]) -> Tool {
    Tool {
        name,
        subcommand,
        usage_error: 1,
        failure: 1,
        unreachable: 1,
        defaults,
        same: "",
        names: &[],
        rules: &[],
        complete: complete::nothing,
    }
}

/// Returns one of the digest commands of coreutils.
const fn digest(name: &'static str, defaults: &'static [&'static str]) -> Tool {
    Tool { same: "btwz", rules: &[&[CHECK]], complete: complete::digest, ..tool(name, "checksum", defaults) }
}

const fn grep(name: &'static str, dialect: &'static [&'static str]) -> Tool {
    Tool { usage_error: 2, same: GREP_LETTERS, names: GREP_NAMES, rules: &[GREP], ..tool(name, "grep", dialect) }
}

/// All tools.
pub const TOOLS: &[Tool] = &[
    Tool { same: "AbeEnstTuv", ..tool("cat", "cat", &[]) },
    Tool { rules: &[ENDS], complete: complete::head, ..tool("head", "cat", &[]) },
    Tool { rules: &[ENDS, TAIL], complete: complete::tail, ..tool("tail", "cat", &[]) },
    Tool { rules: &[TAC], ..tool("tac", "cat", &["--reverse"]) },
    grep("grep", &["-G", "--no-heading", "--color=never"]),
    grep("egrep", &["-E", "--no-heading", "--color=never"]),
    grep("fgrep", &["-F", "--no-heading", "--color=never"]),
    grep("rgrep", &["-G", "-r", "--no-heading", "--color=never"]),
    Tool {
        same: "v",
        rules: &[HEXDUMP, HELP_AND_VERSION],
        complete: complete::hexdump,
        ..tool("hexdump", "hexdump", &[])
    },
    Tool { same: "v", rules: &[HEXDUMP, HELP_AND_VERSION], complete: complete::hd, ..tool("hd", "hexdump", &["-C"]) },
    Tool { rules: &[XXD], complete: xxd::complete, failure: 2, unreachable: 4, ..tool("xxd", "hexdump", &[]) },
    Tool { rules: &[CMP], complete: complete::cmp, usage_error: 2, ..tool("cmp", "hexdump", &["--diff"]) },
    Tool { rules: &[OD], complete: od::complete, ..tool("od", "hexdump", &[]) },
    Tool { same: "Lfc:t", complete: complete::operand, ..tool("stat", "stat", &["--classic"]) },
    Tool { rules: &[WC], complete: complete::wc, ..tool("wc", "stat", &[]) },
    digest("md5sum", &["--algorithm=md5"]),
    digest("sha1sum", &["--algorithm=sha1"]),
    digest("sha224sum", &["--algorithm=sha224"]),
    digest("sha256sum", &["--algorithm=sha256"]),
    digest("sha384sum", &["--algorithm=sha384"]),
    digest("sha512sum", &["--algorithm=sha512"]),
    Tool { rules: &[&[CHECK, LENGTH]], ..digest("b2sum", &["--algorithm=blake2b"]) },
    Tool {
        same: "",
        rules: &[B3SUM, HELP_AND_VERSION],
        complete: complete::b3sum,
        usage_error: 2,
        ..digest("b3sum", &["--algorithm=blake3"])
    },
    Tool { rules: &[CKSUM], complete: complete::cksum, ..digest("cksum", &[]) },
    Tool { same: "", rules: &[SUM], complete: complete::sum, ..digest("sum", &[]) },
];
