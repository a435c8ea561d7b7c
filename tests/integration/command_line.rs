//! The command line is parsed as in getopt_long(3), in every subcommand.

use clap::{ArgAction, CommandFactory};
use mapped::cli::Cli;

use crate::util::{Dir, Ran, mapped, oracle, run};

/// Returns the options of each subcommand, with a valid value for each that takes one.
fn options(command: &clap::Command) -> Vec<(String, Option<&'static str>)> {
    let value = |arg: &clap::Arg| {
        if !mapped::cli::getopt::has_value(arg) || arg.is_require_equals_set() {
            return None;
        }
        let possible = arg.get_possible_values();
        if let Some(first) = possible.first() {
            return Some(&*first.get_name().to_owned().leak());
        }
        Some(match arg.get_id().as_str() {
            "shard" => "1/2",
            "since" | "until" => "2026-11-21",
            _ => "1",
        })
    };
    let asks = |arg: &&clap::Arg| matches!(arg.get_action(), ArgAction::Help | ArgAction::Version);
    command
        .get_arguments()
        .filter(|arg| !asks(arg))
        .filter_map(|arg| Some((arg.get_long()?.to_owned(), value(arg))))
        .collect()
}

fn program() -> clap::Command {
    let mut program = Cli::command();
    program.build();
    program
}

// Regression: four subcommands rejected a repeated option; the last one must win.
#[test]
fn a_repeated_option_is_not_an_error() {
    for command in program().get_subcommands().filter(|command| command.get_name() != "help") {
        for (long, value) in options(command) {
            let word = format!("--{long}{}", value.map(|value| format!("={value}")).unwrap_or_default());
            let mut args = vec!["mapped", command.get_name(), &word, &word];
            if command.get_name() == "grep" {
                args.push("x");
            } else if command.get_name() == "stat" {
                args.push("f");
            }
            if let Err(error) = Cli::command().try_get_matches_from(&args) {
                let twice = format!("{error}");
                assert!(!twice.contains("multiple times"), "{args:?}: {twice}");
            }
        }
    }
}

#[test]
fn a_long_option_may_be_abbreviated() {
    for command in program().get_subcommands().filter(|command| command.get_name() != "help") {
        let all: Vec<String> = command
            .get_arguments()
            .flat_map(|arg| {
                let aliases = arg.get_all_aliases().unwrap_or_default();
                arg.get_long().into_iter().chain(aliases).map(str::to_owned).collect::<Vec<_>>()
            })
            .collect();
        for (long, value) in options(command) {
            let short = &long[..long.len() - 1];
            if all.iter().filter(|other| other.starts_with(short)).count() > 1 || short.len() < 3 {
                continue;
            }
            let word = format!("--{short}{}", value.map(|value| format!("={value}")).unwrap_or_default());
            let args = ["mapped", command.get_name(), &word, "x"];
            if let Err(error) = Cli::command().try_get_matches_from(args) {
                assert!(error.kind() != clap::error::ErrorKind::UnknownArgument, "{args:?}: {error}");
            }
        }
    }
}

// Regression: a rewriter in front of clap kept a separate list of options with values, and examined
// only the last letter of a cluster.
#[test]
fn numbers_in_clusters_are_those_of_gnu_grep() {
    let dir = Dir::new();
    let text = dir.file("text", b"a\nb\ndone\nd\ne\n-1\n");
    let text = text.to_str().unwrap();
    let cases: [&[&str]; 14] = [
        &["-n1", "done"],
        &["-1n", "done"],
        &["-1", "done"],
        &["-12", "done"],
        &["-edone", "-1"],
        &["-e", "done", "-1"],
        &["-e", "-1"],
        &["-m1", "-1", "d"],
        &["-A1", "-B2", "done"],
        &["-A1B2", "done"],
        &["-m1c", "done"],
        &["--regex=done", "--line-n", "-1"],
        &["--reg=done", "--max-cou=1", "-1"],
        &["--inc=text", "-e", "done", "-1"],
    ];
    for options in cases {
        let args = [options, &[text]].concat();
        let Some(want) = oracle("grep", &args, b"") else { return };
        let ran = run(&[&["grep"], &args[..]].concat());
        assert_eq!((&ran.stdout, ran.code), (&want.stdout, want.code), "{options:?}: {}", ran.stderr);
    }
}

/// Regression: `grep -e=x` searched for x, and `stat -c=%s` dropped the equals sign.
#[test]
fn an_equals_sign_begins_the_value_of_a_letter() {
    let dir = Dir::new();
    dir.file("f", b"a=x\nx\n");
    for args in [&["grep", "-e=x", "f"][..], &["grep", "-one=x", "f"], &["stat", "-c=%s", "f"]] {
        let Some(expected) = oracle_in(&dir, args) else { continue };
        let ran: Ran = mapped().args(args).current_dir(dir.path()).output().unwrap().into();
        assert_eq!((ran.code, ran.stdout), (0, expected), "{args:?}");
    }
    for (args, message) in [
        (&["grep", "-m=1", "x", "f"][..], "invalid value '=1' for -m: expected a number"),
        (&["hexdump", "-n=1", "f"], "invalid value '=1' for -n: expected a size in bytes"),
        (&["cat", "-n=5", "f"], "cat has no option '-='"),
    ] {
        let ran: Ran = mapped().args(args).current_dir(dir.path()).output().unwrap().into();
        assert!(ran.stderr.starts_with(&format!("mapped: {message}")) && ran.code > 0, "{args:?}: {}", ran.stderr);
    }
}

/// Returns the output of a classic tool in a directory, or `None` if the tool is not installed.
fn oracle_in(dir: &Dir, args: &[&str]) -> Option<Vec<u8>> {
    let ran = std::process::Command::new(args[0]).args(&args[1..]).current_dir(dir.path()).output().ok()?;
    Some(ran.stdout)
}

#[test]
fn bare_color_is_auto() {
    let dir = Dir::new();
    let text = dir.file("text", b"word\n");
    for word in ["--color", "--colour", "--color=tty", "--color=if-tty", "--color=no", "--color=none"] {
        let ran = run(&["grep", word, "word", text.to_str().unwrap()]);
        assert_eq!((ran.stdout.as_slice(), ran.code), (b"word\n".as_slice(), 0), "{word}: {}", ran.stderr);
    }
    for word in ["--color=yes", "--color=force", "--color=always"] {
        let ran = run(&["grep", word, "word", text.to_str().unwrap()]);
        assert!(ran.stdout.contains(&0x1b), "{word}: {}", ran.stderr);
    }
}

// Regression: `--and x FILE` used FILE as the pattern and waited for standard input.
#[test]
fn and_and_not_need_no_pattern_beside_them() {
    let dir = Dir::new();
    let text = dir.file("text", b"a\nab\nb\nc\n");
    let text = text.to_str().unwrap();
    let cases: [(&[&str], &str); 5] = [
        (&["--and", "a"], "a\nab\n"),
        (&["--and", "a", "--and", "b"], "ab\n"),
        (&["--and", "a", "--not", "b"], "a\n"),
        (&["--not", "a"], "b\nc\n"),
        (&["--not", "a", "--not", "c", "-v"], "a\nab\nc\n"),
    ];
    for (options, want) in cases {
        let ran = run(&[&["grep"], options, &[text]].concat());
        assert_eq!(String::from_utf8_lossy(&ran.stdout), want, "{options:?}: {}", ran.stderr);
    }
}

#[test]
fn usage_errors_have_the_code_of_the_classic_tool() {
    for (name, code) in [("cat", 1), ("checksum", 1), ("hexdump", 1), ("stat", 1), ("grep", 2), ("bench", 2)] {
        assert_eq!(run(&[name, "--no-such-option"]).code, code, "{name}");
    }
    assert_eq!(run(&["no-such-command"]).code, 2);
}

#[test]
fn help_is_a_command_too() {
    for name in ["bench", "cat", "checksum", "grep", "hexdump", "stat"] {
        let ran = run(&["help", name]);
        assert_eq!(ran.code, 0, "{name}: {}", ran.stderr);
        assert_eq!(ran.stdout, run(&[name, "--help"]).stdout, "{name}");
    }
    assert_eq!(run(&["help"]).code, 0);
}

/// Regression: clap's long layout took 555 lines for grep and 246 for cat.
#[test]
fn help_shows_every_option_in_few_lines() {
    let mut program = mapped::cli::pages::program();
    for (name, most) in
        [("bench", 100), ("cat", 100), ("checksum", 100), ("grep", 230), ("hexdump", 120), ("stat", 100)]
    {
        let help = String::from_utf8(run(&[name, "--help"]).stdout).unwrap();
        assert!(help.lines().count() <= most, "{name}: {} lines", help.lines().count());
        let command = program.find_subcommand_mut(name).unwrap();
        for option in command.get_arguments().filter(|option| !option.is_hide_set()) {
            let Some(long) = option.get_long() else { continue };
            assert!(help.contains(&format!("--{long}")), "{name} --{long}");
        }
        assert!(help.contains("\nExamples:\n") && help.contains(&format!("mapped man {name}")), "{name}");
    }
}

#[test]
fn every_topic_has_a_text() {
    let list = String::from_utf8(run(&["help"]).stdout).unwrap();
    for topic in mapped::cli::pages::topics::TOPICS {
        assert!(list.contains(topic.about), "{}", topic.name);
        for name in topic.aliases.iter().chain([&topic.name]) {
            let ran = run(&["help", name]);
            assert_eq!(ran.code, 0, "{name}");
            assert!(ran.stdout.len() > 500, "{name}");
            // Regression: on an 80-column terminal, words were broken.
            let text = String::from_utf8(ran.stdout).unwrap();
            assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
            // Regression: the man page, which indents them by nine columns, was too wide for a terminal.
            let mut verbatim = text.lines().filter_map(|line| line.strip_prefix("    "));
            assert!(verbatim.all(|line| line.chars().count() <= 71), "{text}");
        }
    }
    let ran = run(&["help", "nosuch"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (1, "mapped: no help on 'nosuch'; see mapped help\n"));
}

// Regression: these command lines printed only a pointer to the help, or nothing.
#[test]
fn a_slip_is_answered_with_what_to_type() {
    let dir = Dir::new();
    dir.file("app.log", b"2026-11-28 10:00:00 ERROR\n");
    dir.file("b.bin", b"\xde\xad");
    std::fs::create_dir_all(dir.path().join("tree/it's")).unwrap();
    let cases: [(&[&str], &str); 32] = [
        (&["app.log"], "unknown subcommand 'app.log'; try: mapped cat app.log"),
        (&["TODO here", "app.log"], "unknown subcommand 'TODO here'; try: mapped grep 'TODO here' app.log"),
        (&["TODO", "tree"], "unknown subcommand 'TODO'; try: mapped grep -r TODO tree"),
        (&["tree/it's"], "unknown subcommand 'tree/it's'; try: mapped grep -r PATTERN 'tree/it'\\''s'"),
        (
            &["-r", "TODO", "tree"],
            "mapped has no option '-r'; options follow the subcommand: mapped grep -r PATTERN DIRECTORY",
        ),
        (
            &["cmp", "a", "b"],
            "unknown subcommand 'cmp'; try: mapped --as cmp FILE1 FILE2, or mapped hexdump --diff FILE1 FILE2",
        ),
        (
            &["find", "tree"],
            "unknown subcommand 'find'; try: mapped grep --files DIRECTORY, or mapped grep -r PATTERN DIRECTORY",
        ),
        (&["md5sum", "a"], "unknown subcommand 'md5sum'; try: mapped checksum -a md5 FILE, or mapped --as md5sum FILE"),
        (&["od", "a"], "unknown subcommand 'od'; try: mapped --as od FILE, or mapped hexdump --type x1 FILE"),
        (
            &["cat", "-10", "app.log"],
            "cat has no option '-10'; try: mapped cat --lines=:10 FILE for the first lines, --lines=-10: for the last",
        ),
        (&["cat", "-z", "app.log"], "-z needs --lines, --lines-from or --bytes; --decompress decodes compressed files"),
        (
            &["hexdump", "--format", "hexdump", "b.bin"],
            "invalid value 'hexdump' for --format: expected canonical, xxd, plain, c, binary, octal, decimal, hex, \
             panels, a format string or a file of them",
        ),
        (&["hexdump", "--range", "1:2", "b.bin"], "hexdump has no option '--range'; try: --offset SIZE --length SIZE"),
        (
            &["hexdump", "--patch", "b.bin"],
            "hexdump has no option '--patch'; try: mapped hexdump -r DUMP FILE, which patches FILE in place with the \
             bytes of an edited dump",
        ),
        (
            &["hexdump", "--find", r"\xbe\xef", "b.bin"],
            "'\\xbe\\xef' is taken as text, because bytes are written without \\x, as in 'de ad'; write text:\\xbe\\xef to \
             confirm\nmapped: pattern not found",
        ),
        (
            &["hexdump", "--find", "de ad be eg", "b.bin"],
            "'de ad be eg' is taken as text, because not all of its pairs are hexadecimal digits; write text:de ad be eg to \
             confirm\nmapped: pattern not found",
        ),
        (&["hexdump", "--find", "to be or", "b.bin"], "pattern not found"),
        (
            &["grep", "--lines", "1:2", "x"],
            "grep has no option '--lines'; try: mapped cat --lines=100:200 FILE | mapped grep PATTERN",
        ),
        (&["grep", "--tz", "UTC", "x"], "grep has no option '--tz'; try: --time-zone ZONE"),
        (&["grep", "--level", "error", "x"], "grep has no option '--level'; try: mapped grep -w ERROR FILE"),
        (&["grep", "--fields", "1", "x"], "grep has no option '--fields'; try: -o --replace '$1'"),
        (
            &["grep", "--after", "14:30", "x", "app.log"],
            "invalid value '14:30' for --after-context: expected a number; try: --since TIME, or -A N",
        ),
        (
            &["grep", "--before", "14:30", "x", "app.log"],
            "invalid value '14:30' for --before-context: expected a number; try: --until TIME, or -B N",
        ),
        (&["grep", "--between", "9", "x"], "grep has no option '--between'; try: --since TIME --until TIME"),
        (
            &["grep", "x", "tree"],
            "tree: Is a directory\nmapped: -r searches the files in a directory: mapped grep -r PATTERN DIRECTORY",
        ),
        (&["grep", "a(", "app.log"], "invalid pattern 'a(': unclosed group at offset 1; -F treats the pattern as text"),
        (
            &["grep", "-e", "x", "-e", "b[", "app.log"],
            "invalid pattern 'b[': unclosed character class at offset 1; -F treats the pattern as text",
        ),
        (
            &["checksum", "-a", "sha", "app.log"],
            "invalid value 'sha' for --algorithm: expected sha256, sha224, sha384, sha512, sha512-256, sha512-224, sha3-224, \
             sha3-256, sha3-384, sha3-512 or sha1",
        ),
        (&["checksum", "-r"], "-r needs a directory: mapped checksum -r DIRECTORY, or . for the current one"),
        (
            &["checksum", "--directory", "x", "tree"],
            "--directory needs --check or --audit; to digest a tree: mapped checksum -r DIRECTORY",
        ),
        (&["checksum", "--audit", "tree"], "--audit compares tree with a list: mapped checksum --audit LIST tree"),
        (&["links", "nowhere/x"], "nowhere/x: No such file or directory"),
    ];
    for (args, message) in cases {
        let ran: Ran = mapped().args(args).current_dir(dir.path()).output().unwrap().into();
        assert_eq!(ran.stderr, format!("mapped: {message}\n"), "{args:?}");
        assert!(ran.code > 0 && ran.stdout.is_empty(), "{args:?}");
    }
    let ran: Ran = mapped()
        .args(["grep", "--timeline", "10m", "ERROR", "app.log"])
        .current_dir(dir.path())
        .output()
        .unwrap()
        .into();
    assert!(
        ran.stderr.ends_with("mapped: --timeline takes its span after an equals sign: --timeline=10m\n"),
        "{}",
        ran.stderr
    );
    assert!(run(&["--as"]).stderr.starts_with("mapped: --as needs the name of a tool: expected cat, "));
}

// Regression: a rejected command line took up to nine lines, and its tip was often wrong: for
// `head`, it suggested `hexdump`.
#[test]
fn a_usage_error_is_one_line_with_advice() {
    let cases: [(&[&str], &str); 57] = [
        (
            &["-v"],
            "mapped has no option '-v'; to print the version: mapped -V; to select lines that do not match: mapped grep \
             -v PATTERN FILE",
        ),
        (&["--verbose"], "mapped has no option '--verbose'; to see how input is read: --stats after a subcommand"),
        (&["-version"], "mapped has no option '-version'; did you mean --version?"),
        (&["--vers"], "mapped has no option '--vers'; did you mean --version?"),
        (&["-?"], "mapped has no option '-?'; to print help: mapped --help"),
        (&["--grep", "x"], "mapped has no option '--grep'; a subcommand has no hyphens: mapped grep"),
        // Regression: the nearest word was "stat".
        (&["cta", "f"], "unknown subcommand 'cta'; did you mean 'cat'?"),
        (
            &["search", "x"],
            "unknown subcommand 'search'; try: mapped grep PATTERN FILE, or mapped grep -r PATTERN DIRECTORY",
        ),
        (&["grep", "--ingore-case", "x"], "grep has no option '--ingore-case'; did you mean --ignore-case?"),
        (&["grep", "--type", "ruby2", "x"], "invalid value 'ruby2' for --type: did you mean ruby?"),
        (&["grep", "--type", "rs", "x"], "invalid value 'rs' for --type: did you mean rust?"),
        (
            &["grep", "--type-not", "nonsense", "x"],
            "invalid value 'nonsense' for --type-not: there is no such file type; --type-list shows all",
        ),
        (
            &["grep", "--type-add", "web", "x"],
            "invalid value 'web' for --type-add: expected NAME:GLOB, such as web:*.html, or NAME:include:TYPE,TYPE",
        ),
        (&["grep", "-g", "[", "x"], "invalid value '[' for --glob: unclosed character class; missing ']'"),
        (
            &["grep", "--colors", "match:red", "x"],
            "invalid value 'match:red' for --colors: expected match:fg:COLOR, match:bg:COLOR, match:style:STYLE or \
             match:none",
        ),
        (
            &["hexdump", "--cols", "x"],
            "invalid value 'x' for --cols: expected a number or auto; see mapped hexdump --help",
        ),
        // Regression: the letters were parsed one by one, as `-l en`.
        (&["hexdump", "-len", "4", "f"], "hexdump has no option '-len'; try: --length SIZE"),
        (&["hexdump", "-f", "hexx", "/dev/null"], "invalid value 'hexx' for --format: did you mean hex?"),
        (&["bench", "--cold", "--warm", "f"], "--cold cannot be combined with --warm; try: --both"),
        (&["head"], "unknown subcommand 'head'; try: mapped cat --lines=:10 FILE, or mapped --as head FILE"),
        (&["wc"], "unknown subcommand 'wc'; try: mapped stat --lines FILE, or mapped --as wc FILE"),
        (&["strings"], "unknown subcommand 'strings'; try: mapped grep -oab '[ -~]{4,}' FILE"),
        (&["grpe", "x"], "unknown subcommand 'grpe'; did you mean 'grep'?"),
        (&["frobnicate"], "unknown subcommand 'frobnicate'; see mapped --help"),
        (&["cat", "--zero-terminated"], "cat has no option '--zero-terminated'; try: mapped cat -z --lines=:10 FILE"),
        (&["cat", "--tail", "5"], "cat has no option '--tail'; try: mapped cat --lines=-5: FILE"),
        // Regression: these options were parsed as --heading, --top and --pretty.
        (&["cat", "--head", "5"], "cat has no option '--head'; try: mapped cat --lines=:5 FILE"),
        (&["grep", "x", "--to", "9:30"], "grep has no option '--to'; try: --until TIME"),
        (
            &["grep", "-i", "--pre", "cat", "x"],
            "grep has no option '--pre'; no program is run on files; mapped grep --decompress PATTERN FILE reads \
             compressed ones",
        ),
        // Regression: with a value after an equals sign, the option was still parsed as --pretty.
        (
            &["grep", "--pre=zcat", "x"],
            "grep has no option '--pre'; no program is run on files; mapped grep --decompress PATTERN FILE reads \
             compressed ones",
        ),
        // clap's nearest options: --sort, --follow, --exclude-dir, --regexp,
        // --ignore-dot and --stats.
        (&["grep", "--or=a", "x"], "grep has no option '--or'; try: -e PATTERN -e PATTERN"),
        (&["grep", "--nofollow", "x"], "grep has no option '--nofollow'; links are followed only with -R"),
        (&["grep", "--include-dir=src", "x"], "grep has no option '--include-dir'; try: --glob 'NAME/**'"),
        (&["grep", "--ignore-dir=src", "x"], "grep has no option '--ignore-dir'; try: --exclude-dir NAME"),
        (&["grep", "--tabs=4", "x"], "grep has no option '--tabs'; try: -T"),
        (
            &["grep", "--hyperlink-format=vscode://{file}", "x"],
            "invalid value 'vscode://{file}' for --hyperlink-format: there is no variable {file}: expected {path}, {line}, \
             {column}, {host} or {wslprefix}",
        ),
        (&["grep", "--no-color", "x"], "grep has no option '--no-color'; try: --color=never"),
        // Regression: an ambiguous abbreviation had no option, or was taken for another option's name.
        (
            &["grep", "--in", "x"],
            "--in is ambiguous: expected one of --invert-match, --initial-tab, --include; see mapped grep --help",
        ),
        (&["grep", "--s", "x"], "--s is ambiguous; see mapped grep --help"),
        (&["grep", "--no-m", "x"], "grep has no option '--no-m'; did you mean --no-messages?"),
        (&["cat", "--colr"], "cat has no option '--colr'; did you mean --color?"),
        (&["cat", "--nosuch"], "cat has no option '--nosuch'; see mapped cat --help"),
        // clap #927: options before the subcommand.
        (&["--color=never", "grep", "x"], "mapped has no option '--color'; options follow the subcommand"),
        (&["hexdump", "--search", "ff"], "hexdump has no option '--search'; try: --find PATTERN"),
        (
            &["grep", "--threads=0", "x"],
            "invalid value '0' for --threads: expected a number from 1 to 1024; see mapped grep --help",
        ),
        (
            &["cat", "--lines=x"],
            "invalid value 'x' for --lines: expected a range such as 100:200, :50 or 100:+20; see mapped cat --help",
        ),
        (&["cat", "--lines=5-10"], "invalid value '5-10' for --lines: write 5:10; see mapped cat --help"),
        (&["cat", "--bytes=1..3"], "invalid value '1..3' for --bytes: write 1:3; see mapped cat --help"),
        (&["cat", "--io=x"], "invalid value 'x' for --io: expected auto, mmap or read; see mapped cat --help"),
        (&["cat", "--io"], "--io needs a value: expected auto, mmap or read; see mapped cat --help"),
        (&["cat", "--number=3"], "--number takes no value, but '3' was given; see mapped cat --help"),
        (&["cat", "--sanitize", "-v"], "--sanitize cannot be combined with -v; see mapped cat --help"),
        (&["cat", "--pid", "1"], "--pid needs --follow[=BY] or -F; see mapped cat --help"),
        (
            &["grep", "--unrestricted", "x"],
            "grep has no option '--unrestricted'; no files are ignored unless --ignore is given",
        ),
        (&["grep", "-m", "x", "y"], "invalid value 'x' for -m: expected a number; see mapped grep --help"),
        (&["stat", "-c"], "-c needs a value; see mapped stat --help"),
        (&["hexdump", "-j", "5"], "hexdump has no option '-j'; try: --offset SIZE"),
    ];
    for (args, message) in cases {
        let ran = run(args);
        assert_eq!(ran.stderr, format!("mapped: {message}\n"), "{args:?}");
        assert!(ran.code > 0 && ran.stdout.is_empty(), "{args:?}");
    }
    // Here, the word is a pattern or a value.
    for args in [&["grep", "-e", "--head", "/dev/null"][..], &["grep", "--", "--pre", "/dev/null"]] {
        assert_eq!(run(args).stderr, "", "{args:?}");
    }
}

/// Regression: `mapped --help | true` exited with 2, while every command exited with 141.
/// ripgrep #22, jaq #444 and feroxbuster #1293: help into a closed pipe panicked or printed an error.
#[test]
fn a_closed_pipe_ends_help_quietly() {
    let lines: [&[&str]; 8] = [
        &["--help"],
        &["--version"],
        &["grep", "--help"],
        &["help"],
        &["man", "grep"],
        &["completions", "zsh"],
        &["--as", "head", "--help"],
        &["--as", "xxd", "--version"],
    ];
    for args in lines {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ran = mapped().args(args).stdout(writer).output().unwrap();
        assert_eq!((ran.status.code(), ran.stderr.as_slice()), (Some(141), &b""[..]), "{args:?}");
        if std::path::Path::new("/dev/full").exists() {
            let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
            let ran = mapped().args(args).stdout(full).output().unwrap();
            let stderr = String::from_utf8_lossy(&ran.stderr);
            assert!(stderr.contains("No space left on device"), "{args:?}: {stderr}");
            assert!(matches!(ran.status.code(), Some(1 | 2)), "{args:?}");
        }
    }
}

#[test]
fn a_lone_name_prints_about_ten_lines() {
    for (args, code) in [(&[][..], 2), (&["grep"], 2), (&["stat"], 1)] {
        let ran = run::<&str>(args);
        assert_eq!((ran.code, ran.stdout.len()), (code, 0), "{args:?}");
        assert!((8..=14).contains(&ran.stderr.lines().count()), "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.lines().all(|line| line.chars().count() <= 120), "{}", ran.stderr);
    }
}

// Regression: `grep -h` alone said that a pattern is missing.
#[test]
fn grep_h_alone_prints_a_short_help() {
    let ran = run(&["grep", "-h"]);
    let help = String::from_utf8(ran.stdout).unwrap();
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(help.lines().count() < 100, "{help}");
    for (option, is_shown) in [("--since", true), ("--ignore-case", true), ("--no-ignore-vcs", false)] {
        assert_eq!(help.contains(option), is_shown, "{option}");
    }
    let full = String::from_utf8(run(&["grep", "--help"]).stdout).unwrap();
    assert!(full.contains("--no-ignore-vcs") && full.contains("-h alone"), "{full}");
    assert_eq!(run(&["--as", "grep", "-h"]).code, 2);
}

/// Regression: statistics and messages shared standard error, so a program could not read one
/// without the other.
#[test]
fn statistics_go_to_a_file_or_a_descriptor() {
    let dir = Dir::new();
    let path = dir.file("data", b"some text\n");
    let stats = dir.path().join("stats");
    let missing = dir.path().join("missing");
    let commands: [&[&str]; 6] = [
        &["cat"],
        &["grep", "text"],
        &["hexdump"],
        &["stat", "--lines"],
        &["checksum"],
        &["bench", "--runs=1", "--ways=read"],
    ];
    for args in commands {
        let mut command = mapped();
        command.args(args).arg(format!("--stats=json:{}", stats.display())).arg(&path);
        if args[0] != "bench" {
            command.arg(&missing);
        }
        let ran: Ran = command.output().unwrap().into();
        let text = std::fs::read_to_string(&stats).unwrap();
        let document: serde_json::Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{args:?}: {text}"));
        assert!(document["bytes"].as_u64().unwrap() >= 10, "{args:?}: {text}");
        // Regression: renaming a variable also renamed the key.
        assert!(document["ways"].is_array(), "{args:?}: {text}");
        assert!(!ran.stderr.contains("bytes"), "{args:?}: {}", ran.stderr);
        std::fs::remove_file(&stats).unwrap();
    }
    let script = format!("exec \"$0\" cat --stats=json:fd:7 \"$1\" 7>>{}", stats.display());
    std::fs::write(&stats, "kept\n").unwrap();
    let program = mapped().get_program().to_owned();
    let ran: Ran =
        std::process::Command::new("sh").args(["-c", &script]).arg(program).arg(&path).output().unwrap().into();
    assert_eq!((ran.code, &*ran.stdout, ran.stderr.as_str()), (0, &b"some text\n"[..], ""));
    let text = std::fs::read_to_string(&stats).unwrap();
    assert!(text.starts_with("kept\n{") && text.ends_with("}\n"), "{text}");
    for (option, code, says) in [
        ("--stats=json:fd:77", 1, "mapped: descriptor 77: Bad file descriptor\n"),
        ("--stats=text:/no/such/place", 1, "mapped: /no/such/place: No such file or directory\n"),
        ("--stats=json:/dev/full", 1, "mapped: /dev/full: No space left on device\n"),
    ] {
        let ran: Ran = mapped().args(["cat", option]).arg(&path).output().unwrap().into();
        assert_eq!((ran.code, ran.stderr.as_str()), (code, says), "{option}");
        // Regression: a wrong name was reported only at the end of the run.
        assert_eq!(ran.stdout.is_empty(), !option.ends_with("full"), "{option}");
    }
}

/// Regression: `--stats=json:FILE` truncated FILE before it was read as an input.
#[test]
fn statistics_never_overwrite_an_input() {
    let dir = Dir::new();
    let path = dir.file("data", b"some text\n");
    let link = dir.path().join("link");
    std::fs::hard_link(&path, &link).unwrap();
    let option = format!("--stats=json:{}", path.display());
    let commands: [&[&str]; 8] = [
        &["cat"],
        &["grep", "text"],
        &["hexdump"],
        &["hexdump", "--diff", "/dev/null"],
        &["stat"],
        &["checksum"],
        &["checksum", "-c"],
        &["bench", "--runs=1", "--ways=read"],
    ];
    for args in commands {
        let refused = |ran: Ran| {
            let says = format!("mapped: {}: is also an input, and would be overwritten\n", path.display());
            assert_eq!(ran.stderr, says, "{args:?}");
            let code = if args[0] == "grep" || args.contains(&"--diff") { 2 } else { 1 };
            assert_eq!((ran.code, &*ran.stdout), (code, &b""[..]), "{args:?}");
            assert_eq!(std::fs::read(&path).unwrap(), b"some text\n", "{args:?}");
        };
        refused(mapped().args(args).args([&option]).arg(&link).output().unwrap().into());
        let stdin = std::fs::File::open(&path).unwrap();
        refused(mapped().args(args).args([&option, "-"]).stdin(stdin).output().unwrap().into());
    }
    // A file that a walk finds is not known before the run, so the walk skips it.
    let ran: Ran = mapped().args(["grep", "-rc", "text", &option]).arg(dir.path()).output().unwrap().into();
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("input file is also the output"), "{}", ran.stderr);
    assert!(std::fs::read_to_string(&path).unwrap().starts_with('{'));
}
