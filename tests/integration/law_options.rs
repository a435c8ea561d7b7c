//! The law for every option: each option that clap knows is run in several ways, which must agree.
//!
//! `law` compares with an oracle. Here the runs are only compared with each other, so that no
//! option is left out: an option that takes a value and has no sample below fails the test. A run
//! that prints nothing proves nothing, so such options are listed too.

use std::fs::File;
use std::path::Path;
use std::process::Stdio;

use mapped::cli::pages::program;

use crate::util::{Dir, Ran, mapped, run_piped, sample};

/// Options that make each subcommand scan its input. `stat` mostly shows metadata of the file
/// itself, and `bench` shows times; their own tests run the law.
const BASE: &[(&str, &[&str])] = &[("cat", &[]), ("checksum", &[]), ("grep", &["-e", "foo"]), ("hexdump", &[])];

/// An option, and the arguments to test it with.
type Sample = (&'static str, &'static [&'static str]);

/// Arguments for options that take a value or need another option, by subcommand.
const SAMPLES: &[(&str, &[Sample])] = &[
    (
        "cat",
        &[
            ("around", &["--around=2026-11-21 14:02:30+-1m"]),
            ("around-byte", &["--around-byte=5000"]),
            ("bytes", &["--bytes=100:200"]),
            ("heading", &["--heading"]),
            ("lines", &["--lines=3:9~2"]),
            ("lines-from", &["--lines-from=numbers"]),
            ("null-data", &["--null-data", "--lines=1:"]),
            ("separator", &["--reverse", "--separator=oo"]),
            ("separator-before", &["--reverse", "--separator-before"]),
            ("since", &["--since=2026-11-21 14:02"]),
            ("slack", &["--since=2026-11-21 14:02", "--slack=2m"]),
            ("until", &["--until=2026-11-21 14:03"]),
            ("with-filename", &["--merge", "--with-filename"]),
        ],
    ),
    (
        "checksum",
        &[
            ("algorithm", &["--algorithm=sha256,crc32c"]),
            ("binary", &["--untagged", "--binary"]),
            ("bytes", &["--bytes=999"]),
            ("derive-key", &["--derive-key=context"]),
            ("length", &["--length=128"]),
            ("pieces", &["--pieces=1K"]),
            ("seek", &["--seek=7"]),
            ("text", &["--untagged", "--text"]),
        ],
    ),
    (
        "grep",
        &[
            ("after-context", &["--after-context=2"]),
            ("and", &["--and=bar"]),
            ("around", &["--around=2026-11-21 14:02:30+-1m"]),
            ("before-context", &["--before-context=2"]),
            ("binary-files", &["--binary-files=text"]),
            ("colors", &["--color=always", "--colors=match:fg:blue"]),
            ("context", &["--context=1"]),
            ("context-separator", &["--context=1", "--context-separator=%%"]),
            ("devices", &["--devices=read"]),
            ("dfa-size-limit", &["--dfa-size-limit=1M"]),
            ("directories", &["--directories=skip"]),
            ("encoding", &["--encoding=latin1"]),
            ("engine", &["--engine=auto"]),
            ("exclude", &["--exclude=z*"]),
            ("exclude-dir", &["--exclude-dir=z"]),
            ("exclude-from", &["--exclude-from=numbers"]),
            ("field-context-separator", &["-n", "--context=1", "--field-context-separator=#"]),
            ("field-match-separator", &["-n", "--field-match-separator=#"]),
            ("file", &["--file=numbers"]),
            ("glob", &["--glob=*"]),
            ("group-separator", &["--context=1", "--group-separator=##"]),
            ("iglob", &["--iglob=*"]),
            ("ignore-file", &["--ignore-file=numbers"]),
            ("include", &["--include=*"]),
            ("label", &["--label=L"]),
            ("last", &["--last=3"]),
            ("line-regexp", &["--line-regexp", "-e", ".*foo4"]),
            ("max-columns", &["--max-columns=30"]),
            ("max-columns-preview", &["--max-columns=30", "--max-columns-preview"]),
            ("max-count", &["--max-count=4"]),
            ("max-depth", &["--max-depth=2"]),
            ("max-filesize", &["--max-filesize=1M"]),
            ("not", &["--not=bar"]),
            ("plot", &["--timeline=1m", "--plot=chart.svg"]),
            ("path-separator", &["--path-separator=/"]),
            ("hyperlink-format", &["--color=always", "-H", "--label=x", "--hyperlink-format=t://{path}:{line}"]),
            ("regex-size-limit", &["--regex-size-limit=1M"]),
            ("regexp", &["--regexp=bar"]),
            ("replace", &["--replace=X"]),
            ("since", &["--since=2026-11-21 14:02"]),
            ("slack", &["--since=2026-11-21 14:02", "--slack=2m"]),
            ("sort", &["--sort=path"]),
            ("sortr", &["--sortr=path"]),
            ("timeline", &["--timeline=1m"]),
            ("top", &["--top=3"]),
            ("type", &["--type=txt"]),
            ("type-add", &["--type-add=x:*.x"]),
            ("type-clear", &["--type-clear=txt"]),
            ("type-not", &["--type-not=rust"]),
            ("until", &["--until=2026-11-21 14:03"]),
            ("word-regexp", &["--word-regexp", "-e", "foo4"]),
        ],
    ),
    (
        "hexdump",
        &[
            ("address-radix", &["--address-radix=d"]),
            ("all", &["--find=foo", "--all"]),
            ("base", &["--base=4096"]),
            ("border", &["--border=ascii"]),
            ("capitalize", &["--format=c", "--capitalize"]),
            ("character-table", &["--character-table=ascii"]),
            ("context", &["--find=foo", "--context=1"]),
            ("count", &["--find=foo", "--count"]),
            ("endian", &["--endian=little"]),
            ("find", &["--find=foo"]),
            ("format", &["--format=c"]),
            ("format-file", &["--format-file=formats"]),
            ("group", &["--group=4"]),
            ("hex", &["--find=666f6f", "--hex"]),
            ("name", &["--format=c", "--name=n"]),
            ("panels", &["--panels=2"]),
            ("terminate", &["--format=c", "--terminate"]),
            ("text", &["--find=foo", "--text"]),
            ("second-base", &["--type=x1", "--second-base=64"]),
            ("strings", &["--strings=3", "--length=9000"]),
            ("type", &["--type=x1"]),
            ("width", &["--width=8"]),
        ],
    ),
];

/// Samples of options that several subcommands have.
const SHARED: &[(&str, &[&str])] = &[
    ("color", &["--color=always"]),
    ("length", &["--length=9000"]),
    ("offset", &["--offset=7"]),
    ("shard", &["--shard=2/3"]),
    ("time-format", &["--since=2026-11-21 14:02", "--time-format=%Y-%m-%d %H:%M:%S"]),
    ("time-key", &["--time-key=x"]),
    ("time-zone", &["--time-zone=+01:00"]),
    ("year", &["--year=2025"]),
];

/// Options without a case, with the reasons.
const EXEMPT: &[(&str, &[(&str, &str)])] = &[
    ("cat", &[("follow", "does not end"), ("pid", "needs --follow")]),
    (
        "checksum",
        &[
            ("audit", "compares trees"),
            ("check", "reads a list; the modules of checksum run the law on it"),
            ("directory", "for the files of a list"),
            ("expect", "prints nothing but a verdict"),
            ("files0-from", "reads a list"),
            ("ignore-missing", "for --check"),
            ("keyed", "reads its key from standard input"),
            ("list-algorithms", "reads no input"),
            ("no-mmap", "another name for --io read"),
            ("num-threads", "another name for --threads"),
            ("quiet", "for --check"),
            ("status", "for --check"),
            ("strict", "for --check"),
            ("warn", "for --check"),
        ],
    ),
    (
        "grep",
        &[
            ("follow", "does not end"),
            ("json", "prints how long the search took"),
            ("recursive", "shows names of files where standard input has none"),
            ("dereference-recursive", "shows names of files where standard input has none"),
            ("files", "reads no input"),
            ("type-list", "reads no input"),
        ],
    ),
    (
        "hexdump",
        &[
            ("reverse", "reads a dump"),
            ("diff", "reads two inputs"),
            ("brief", "for --diff"),
            ("print-bytes", "for --diff"),
            ("second-offset", "for --diff"),
            ("quiet", "for --diff"),
            ("utf16", "finds nothing in this text"),
        ],
    ),
];

/// Options that select the access method, or print something else.
const OUTSIDE: &[&str] = &["help", "version", "io", "threads", "block-size", "progress", "stats"];

/// Options whose effect shows only in the exit code.
const SILENT: &[&str] = &["files-without-match", "quiet"];

fn find<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
    table.iter().find(|(entry, _)| *entry == name).map(|(_, value)| *value)
}

fn log() -> Vec<u8> {
    let mut text = Vec::new();
    for i in 0..300 {
        let (minute, second, bars) = (i / 60, i % 60, "bar ".repeat(i % 7));
        text.extend(format!("2026-11-21 14:{minute:02}:{second:02} host app[{i}]: Foo {bars}foo{}\n", i % 5).bytes());
        if i % 9 == 0 {
            text.extend(b"\n\n");
        }
        if i % 11 == 0 {
            text.extend(b"\ttab\x01 caf\xc3 \r\n");
        }
    }
    text
}

fn run(subcommand: &str, args: &[&str], mode: &str, (directory, input): (&Path, &[u8])) -> Ran {
    let mut command = mapped();
    command.arg(subcommand).args(find(BASE, subcommand).unwrap()).args(args).current_dir(directory);
    match mode {
        "read" => command.args(["--io", "read", "--threads", "1", "--", "input"]).stdin(Stdio::null()),
        "mmap" => command.args(["--io", "mmap", "--threads", "2", "--block-size", "509", "--", "input"]),
        "default" => command.args(["--", "input"]).stdin(Stdio::null()),
        "redirected" => {
            let file = File::open(directory.join("input")).unwrap();
            command.args(["--threads", "2", "--block-size", "509"]).stdin(file)
        }
        _ => return run_piped(command.args(["--threads", "1"]), input),
    };
    command.output().unwrap().into()
}

/// Runs one option in every way.
fn check(subcommand: &str, name: &str, args: &[&str], location: (&Path, &[u8])) {
    let result = |mode: &str| {
        let ran = run(subcommand, args, mode, location);
        (ran, format!("{subcommand} {args:?} {mode}"))
    };
    let (want, what) = result("read");
    assert!(want.code < 2 && (SILENT.contains(&name) || !want.stdout.is_empty()), "{what} shows nothing: {want:?}");
    let agrees = |ran: &Ran, want: &Ran, what: &str| {
        assert_eq!(String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&want.stdout), "{what}: {ran:?}");
        assert_eq!((&ran.stdout, ran.code), (&want.stdout, want.code), "{what}: {ran:?}");
    };
    for mode in ["mmap", "default"] {
        let (ran, what) = result(mode);
        agrees(&ran, &want, &what);
    }
    // A stream cannot be split into equal parts.
    if name == "shard" {
        return;
    }
    let (redirected, what) = result("redirected");
    let (piped, _) = result("pipe");
    agrees(&piped, &redirected, &what);
    // Standard input has a different name.
    if !String::from_utf8_lossy(&want.stdout).to_lowercase().contains("input") {
        agrees(&redirected, &want, &what);
    }
}

/// Runs every option of a subcommand, and checks that the tables above name only existing options.
fn every_option(subcommand: &str) {
    let dir = Dir::new();
    let input = log();
    dir.file("input", &input);
    dir.file("numbers", b"1\n7\n9\n");
    dir.file("formats", b"\"%07.7_ax \" 8/2 \"%04x \" \"\\n\"\n");
    let program = program();
    let command = program.find_subcommand(subcommand).unwrap();
    let (samples, exempt) = (find(SAMPLES, subcommand).unwrap(), find(EXEMPT, subcommand).unwrap());
    let mut checked = 0;
    for arg in sample(command.get_arguments().filter(|arg| !arg.is_positional()).collect()) {
        let Some(name) = arg.get_long() else { continue };
        if OUTSIDE.contains(&name) || find(exempt, name).is_some() {
            continue;
        }
        let flag = format!("--{name}");
        let flag = [flag.as_str()];
        let case = find(samples, name).or_else(|| find(SHARED, name));
        let needs_value = mapped::cli::getopt::has_value(arg) && arg.get_num_args().is_none_or(|n| n.min_values() > 0);
        assert!(case.is_some() || !needs_value, "{subcommand} --{name} has no law case: add a sample or a reason");
        check(subcommand, name, case.unwrap_or(&flag), (dir.path(), &input));
        checked += 1;
    }
    assert!(checked > 0);
    let is_known = |name: &str| command.get_arguments().any(|arg| arg.get_long() == Some(name));
    let stale = samples.iter().map(|(name, _)| *name).chain(exempt.iter().map(|(name, _)| *name));
    let stale: Vec<&str> = stale.filter(|name| !is_known(name)).collect();
    assert!(stale.is_empty(), "{subcommand} has no options {stale:?}");
}

#[test]
fn every_option_of_cat_obeys() {
    every_option("cat");
}

#[test]
fn every_option_of_checksum_obeys() {
    every_option("checksum");
}

#[test]
fn every_option_of_grep_obeys() {
    every_option("grep");
}

#[test]
fn every_option_of_hexdump_obeys() {
    every_option("hexdump");
}
