//! Messages for rejected command lines: in one line, what is wrong and what to type instead.
//!
//! clap's messages take several lines, and the word that it suggests is often wrong. This module
//! rephrases its errors, and adds advice for options and commands of the classic tools.

use std::error::Error as _;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::getopt;

/// Advice for words that are not subcommands.
const SUBCOMMANDS: &[(&[&str], &str)] = &[
    (&["head"], "mapped cat --lines=:10 FILE, or mapped --as head FILE"),
    (&["tail", "tailf"], "mapped cat --lines=-10: FILE, mapped cat -F FILE, or mapped --as tail FILE"),
    (&["tac", "reverse"], "mapped cat --reverse FILE"),
    (&["wc", "lines", "count"], "mapped stat --lines FILE, or mapped --as wc FILE"),
    (&["nl", "bat"], "mapped cat -n FILE"),
    (&["sed", "slice", "range"], "mapped cat --lines=100:200 FILE"),
    (&["dd"], "mapped cat --offset SIZE --length SIZE FILE"),
    (&["split", "shard"], "mapped cat --shard 1/4 FILE"),
    (&["less", "more", "view", "show", "print"], "mapped cat FILE | less"),
    (&["zless", "zmore"], "mapped cat --decompress FILE | less"),
    (&["zcat", "bzcat", "xzcat", "zstdcat", "gunzip", "gzip", "decompress"], "mapped cat --decompress FILE"),
    (&["zgrep", "bzgrep", "xzgrep", "zstdgrep"], "mapped grep --decompress PATTERN FILE"),
    (&["rg", "ripgrep", "ag", "ack", "search", "find"], "mapped grep -r PATTERN DIRECTORY"),
    (&["egrep"], "mapped grep -E PATTERN FILE"),
    (&["fgrep"], "mapped grep -F PATTERN FILE"),
    (&["pcregrep", "pcre2grep"], "mapped grep -P PATTERN FILE"),
    (&["cut", "extract"], "mapped grep -o PATTERN FILE"),
    (&["replace", "substitute"], "mapped grep --passthru --replace TEXT PATTERN FILE"),
    (&["sort", "uniq", "top"], "mapped grep --top 10 PATTERN FILE"),
    (&["histogram", "timeline"], "mapped grep --timeline PATTERN FILE"),
    (&["merge"], "mapped cat --merge FILE..."),
    (&["follow", "watch"], "mapped cat -F FILE"),
    (&["strings"], "mapped grep -oab '[ -~]{4,}' FILE"),
    (&["xxd"], "mapped hexdump -f xxd FILE, or mapped --as xxd FILE"),
    (&["od"], "mapped hexdump --type x2 FILE, or mapped --as od FILE"),
    (&["hexyl"], "mapped hexdump -f panels FILE"),
    (&["hd", "hex", "dump"], "mapped hexdump FILE"),
    (&["diff", "cmp", "compare"], "mapped hexdump --diff FILE1 FILE2"),
    (&["md5sum", "md5"], "mapped checksum -a md5 FILE"),
    (&["sha1sum", "sha1"], "mapped checksum -a sha1 FILE"),
    (&["sha224sum", "sha224"], "mapped checksum -a sha224 FILE"),
    (&["sha256sum", "sha256", "shasum"], "mapped checksum -a sha256 FILE"),
    (&["sha384sum", "sha384"], "mapped checksum -a sha384 FILE"),
    (&["sha512sum", "sha512"], "mapped checksum -a sha512 FILE"),
    (&["b2sum", "blake2b"], "mapped checksum -a blake2b FILE"),
    (&["b3sum", "blake3", "hash", "sum", "digest", "hashsum"], "mapped checksum FILE"),
    (&["xxhsum", "xxhash", "xxh3"], "mapped checksum -a xxh3 FILE"),
    (&["cksum", "crc"], "mapped checksum -a crc FILE"),
    (&["crc32"], "mapped checksum -a crc32 FILE"),
    (&["hashdeep", "md5deep"], "mapped checksum -r DIRECTORY > LIST"),
    (&["verify", "check", "audit"], "mapped checksum -c LIST"),
    (&["ls", "info"], "mapped stat FILE"),
    (&["file", "type"], "mapped stat --content FILE"),
    (&["fincore", "vmtouch", "pcstat", "cached", "residency"], "mapped stat --residency FILE"),
    (&["lsof", "fuser", "who"], "mapped stat --who FILE"),
    (&["benchmark", "measure", "fio"], "mapped bench FILE"),
    (&["version"], "mapped --version"),
    (&["completion"], "mapped completions SHELL"),
];

/// Advice for options that a subcommand does not have.
const OPTIONS: &[(&str, &[&str], &str)] = &[
    ("cat", &["--zero-terminated"], "mapped cat -z --lines=:10 FILE"),
    ("cat", &["--head", "--first"], "mapped cat --lines=:10 FILE"),
    ("cat", &["--tail", "--last"], "mapped cat --lines=-10: FILE"),
    ("cat", &["-c"], "mapped cat --bytes=:100 FILE"),
    ("cat", &["-N", "--line-numbers"], "mapped cat -n FILE"),
    ("cat", &["-l", "--language", "--style", "-p", "--plain", "--paging"], "there is no highlighting and no pager"),
    ("cat", &["-r", "--line-range", "--range"], "mapped cat --lines=100:200 FILE"),
    ("cat", &["-q", "--quiet"], "mapped cat --no-heading FILE"),
    ("cat", &["--from", "--after"], "--since TIME"),
    ("cat", &["--to", "--before"], "--until TIME"),
    ("cat", &["--skip", "--seek", "--start"], "--offset SIZE"),
    ("cat", &["--limit", "--size"], "--length SIZE"),
    ("cat", &["--grep", "--search", "--filter"], "mapped grep PATTERN FILE"),
    ("cat", &["--count"], "mapped stat --lines FILE"),
    ("cat", &["-Z", "--zip", "--gzip"], "--decompress"),
    ("grep", &["--from"], "--since TIME"),
    ("grep", &["--to"], "--until TIME"),
    ("grep", &["--first", "--limit"], "-m N"),
    ("grep", &["--histogram", "--count-by"], "--timeline=SPAN"),
    ("grep", &["--zip", "--gzip"], "--decompress"),
    ("grep", &["--no-color", "--no-colour"], "--color=never"),
    ("grep", &["-uu", "-uuu", "--unrestricted"], "nothing is ignored without --ignore"),
    ("grep", &["--tail"], "mapped grep --last 10 PATTERN FILE"),
    ("grep", &["--head", "--max-results"], "mapped grep -m 10 PATTERN FILE"),
    (
        "grep",
        &["--pre", "--pre-glob", "--no-pre"],
        "no program is run on files; mapped grep --decompress PATTERN FILE reads compressed ones",
    ),
    ("grep", &["--filter", "--zmax"], "mapped grep --decompress PATTERN FILE"),
    ("grep", &["--hyperlink-format", "--hyperlink", "--hostname-bin"], "paths are printed without links"),
    ("grep", &["--config", "--no-config", "--save-config", "--ackrc", "--noenv"], "no configuration file is read"),
    ("grep", &["--debug", "--trace", "--debug-dfa", "--stats-only"], "--stats"),
    ("grep", &["--no-ignore-messages"], "-s"),
    ("grep", &["--pcre2-version"], "mapped --version"),
    ("grep", &["--generate"], "mapped man grep, or mapped completions SHELL"),
    ("grep", &["--block-buffered", "--no-block-buffered"], "output is buffered without --line-buffered"),
    ("grep", &["--pager", "--nopager", "--view"], "mapped grep --pretty PATTERN FILE | less -R"),
    ("grep", &["--nocolor", "--nocolour", "--color-never"], "--color=never"),
    ("grep", &["--color-always"], "--color=always"),
    ("grep", &["--break"], "--heading"),
    ("grep", &["--nogroup", "--nobreak", "--noheading", "--ungroup"], "--no-heading"),
    ("grep", &["--nosmart-case", "--no-fixed-strings", "--no-byte-offset"], "leave out the option that it undoes"),
    ("grep", &["--no-search-zip", "--no-sort-files", "--no-binary"], "leave out the option that it undoes"),
    ("grep", &["--no-one-file-system", "--no-auto-hybrid-regex"], "leave out the option that it undoes"),
    ("grep", &["--no-stop-on-nonmatch", "--no-glob-case-insensitive"], "leave out the option that it undoes"),
    ("grep", &["--nofollow", "--no-follow"], "links are followed only with -R"),
    ("grep", &["--nofilename", "--no-filenames"], "-h"),
    ("grep", &["--filename"], "-H"),
    ("grep", &["--numbers", "--line-numbers"], "-n"),
    ("grep", &["--nonumbers"], "--no-line-number"),
    ("grep", &["--literal"], "-F"),
    ("grep", &["--whole-word"], "-w"),
    ("grep", &["--match", "--pattern"], "-e PATTERN"),
    ("grep", &["--or"], "-e PATTERN -e PATTERN"),
    ("grep", &["--andnot"], "--not PATTERN"),
    ("grep", &["--bool", "--query"], "--and PATTERN and --not PATTERN"),
    ("grep", &["--proximate"], "-C N"),
    ("grep", &["--dotall"], "--multiline-dotall"),
    ("grep", &["--fuzzy", "--best-match"], "no pattern matches approximately"),
    ("grep", &["--output", "--format", "--csv", "--xml"], "--json, or -o --replace TEXT"),
    ("grep", &["--hex", "--with-hex", "--hexdump"], "mapped hexdump --find PATTERN --all FILE"),
    (
        "grep",
        &["--range", "--line-range", "--range-start", "--range-end"],
        "mapped cat --lines=100:200 FILE | mapped grep PATTERN",
    ),
    ("grep", &["--width"], "--max-columns N"),
    ("grep", &["--print-long-lines"], "lines of any length are printed without --max-columns"),
    ("grep", &["--depth"], "--max-depth N"),
    ("grep", &["--no-recurse"], "-d skip"),
    ("grep", &["--one-device"], "--one-file-system"),
    ("grep", &["--jobs", "--workers", "--parallel"], "-j N"),
    ("grep", &["--files-from"], "xargs mapped grep PATTERN < LIST"),
    ("grep", &["--print0", "--null-separator"], "--null"),
    ("grep", &["--ignore-dir", "--ignore-directory", "--exclude-directory"], "--exclude-dir NAME"),
    ("grep", &["--noignore-dir", "--include-dir"], "--glob 'NAME/**'"),
    ("grep", &["--file-search-regex", "--file-extension"], "--include GLOB"),
    ("grep", &["--file-type"], "--type NAME"),
    (
        "grep",
        &["--known-types", "--show-types", "--help-types", "--all-types"],
        "--type-list lists types, --type NAME chooses one",
    ),
    ("grep", &["--all-text", "--search-binary"], "-a"),
    ("grep", &["--ignore-binary"], "-I"),
    ("grep", &["--path-to-ignore", "--path-to-agignore"], "--ignore-file FILE"),
    ("grep", &["--skip-vcs-ignores"], "--no-ignore-vcs"),
    ("grep", &["--tree", "--split"], "--heading"),
    ("grep", &["--tabs"], "-T"),
    ("grep", &["--ackmate"], "--vimgrep"),
    ("grep", &["--cpp", "--cc", "--rust", "--python", "--java", "--html", "--go"], "--type NAME"),
    ("grep", &["--uniq", "--unique", "--sort-by-count"], "mapped grep --top 10 PATTERN FILE"),
    ("hexdump", &["-j", "--skip-bytes", "--seek"], "--offset SIZE"),
    ("hexdump", &["-N", "--read-bytes", "--bytes", "--limit"], "--length SIZE"),
    ("hexdump", &["--columns"], "--width N"),
    ("hexdump", &["--search", "--grep"], "--find PATTERN"),
    ("hexdump", &["--compare", "--cmp"], "--diff"),
    ("hexdump", &["--binary"], "--format binary"),
    ("hexdump", &["-S", "--strings"], "mapped grep -oab '[ -~]{4,}' FILE"),
    ("hexdump", &["--lines"], "--length SIZE"),
    ("stat", &["-l"], "mapped stat --lines FILE"),
    ("stat", &["-w", "--words"], "mapped stat --count=words FILE"),
    ("stat", &["-m", "--chars"], "mapped stat --count=chars FILE"),
    ("stat", &["--size"], "mapped stat -c %s FILE"),
    ("stat", &["--pages"], "--residency"),
    ("stat", &["--mime", "--type"], "--content"),
    ("stat", &["--users"], "--who"),
    ("stat", &["--max-line-length"], "mapped stat --count=width FILE"),
    ("stat", &["-x"], "the default output has that format"),
    ("checksum", &["--length-bytes", "--skip"], "--offset and --bytes choose a part of each file"),
    ("checksum", &["--exclude", "--include"], "mapped checksum --files0-from LIST, with find -print0"),
    ("checksum", &["--sha256"], "-a sha256"),
    ("checksum", &["--sha1"], "-a sha1"),
    ("checksum", &["--sha512"], "-a sha512"),
    ("checksum", &["--md5"], "-a md5"),
    ("checksum", &["--hash"], "-a NAME"),
    ("checksum", &["--verify"], "mapped checksum -c LIST"),
    ("checksum", &["--compare"], "--expect DIGEST"),
    ("checksum", &["-o", "--output"], "mapped checksum FILE > LIST"),
    ("bench", &["--io", "--mmap"], "--ways read,map"),
    ("bench", &["--iterations", "--repeat"], "--runs N"),
    ("bench", &["--warmup"], "--warm"),
    ("bench", &["--random"], "--pattern random"),
    ("bench", &["--depth"], "--queue-depth N"),
    ("bench", &["--size"], "--file-size SIZE"),
];

/// Returns the message about an option that only other programs have, but that clap would read as the
/// abbreviation of another one: `cat --head` is not `--heading`.
pub fn foreign_option(args: &[OsString], subcommand: &str) -> Option<String> {
    let is_typed = |arg: &OsString, word: &str| {
        arg.to_str().and_then(|arg| arg.strip_prefix(word)).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
    };
    let long = |word: &&&str| word.starts_with("--") && args.iter().any(|arg| is_typed(arg, word));
    let words = OPTIONS.iter().filter(|(name, ..)| *name == subcommand).flat_map(|(_, words, _)| *words);
    let word = words.into_iter().filter(long).find(|word| getopt::is_option(args, word))?;
    advise(word, subcommand)
}

/// Returns a one-line message about what is wrong with a command line, without the program's name.
///
/// `subcommand` is the subcommand that was named, if it exists.
pub fn message(error: &clap::Error, subcommand: Option<&str>) -> String {
    let said = describe(error, subcommand);
    if said.contains("; ") {
        return said;
    }
    let see = subcommand.map_or(String::from("mapped --help"), |name| format!("mapped {name} --help"));
    format!("{said}; see {see}")
}

fn describe(error: &clap::Error, subcommand: Option<&str>) -> String {
    let text = |kind| error.get(kind).map(words).unwrap_or_default();
    let option = option_name(&text(ContextKind::InvalidArg));
    match error.kind() {
        ErrorKind::UnknownArgument => unknown_option(error, &option, subcommand),
        ErrorKind::InvalidSubcommand => unknown_subcommand(error, &text(ContextKind::InvalidSubcommand)),
        ErrorKind::InvalidValue if text(ContextKind::InvalidValue).is_empty() => {
            format!("{option} needs a value{}", expected(&text(ContextKind::ValidValue)))
        }
        ErrorKind::InvalidValue => {
            let value = text(ContextKind::InvalidValue);
            format!("invalid value '{value}' for {option}{}", expected(&text(ContextKind::ValidValue)))
        }
        ErrorKind::ValueValidation => {
            let value = text(ContextKind::InvalidValue);
            let reason = error.source().map(ToString::to_string).unwrap_or_default();
            // The standard library's messages for text that is not a number.
            let reason = match reason.as_str() {
                "invalid digit found in string" | "cannot parse integer from empty string" => "expected a number",
                "number too large to fit in target type" => "the number is too large",
                reason => reason,
            };
            // clap's message for a number outside a range.
            let range = reason.split_once(" is not in ").and_then(|(_, range)| range.split_once("..="));
            let reason =
                range.map_or(reason.to_owned(), |(least, most)| format!("expected a number from {least} to {most}"));
            format!("invalid value '{value}' for {option}: {reason}")
        }
        ErrorKind::NoEquals => format!("{option} takes its value after an equals sign, as in {option}=VALUE"),
        ErrorKind::TooManyValues => {
            format!("{option} takes no value, but '{}' was given", text(ContextKind::InvalidValue))
        }
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => format!("{option} needs a value"),
        ErrorKind::MissingRequiredArgument => {
            let missing = text(ContextKind::InvalidArg);
            let names: Vec<String> = missing.trim_start_matches('<').split('|').map(option_name).collect();
            format!("missing {}", names.join(" or "))
        }
        ErrorKind::ArgumentConflict => {
            let others = option_names(error, ContextKind::PriorArg);
            match others.is_empty() {
                true if option.is_empty() => plain(error),
                true => format!("{option} cannot be combined with the other options"),
                false => format!("{option} cannot be combined with {others}"),
            }
        }
        _ => plain(error),
    }
}

/// Returns the first line of clap's own message.
fn plain(error: &clap::Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    line.trim_start_matches("error: ").to_owned()
}

fn unknown_option(error: &clap::Error, option: &str, subcommand: Option<&str>) -> String {
    let Some(subcommand) = subcommand else {
        return format!("mapped has no option '{option}'; options follow the subcommand");
    };
    if let Some(advised) = advise(option, subcommand) {
        return advised;
    }
    let said = format!("{subcommand} has no option '{option}'");
    match error.get(ContextKind::SuggestedArg).map(words) {
        Some(near) if is_near(option, &option_name(&near)) => format!("{said}; did you mean {}?", option_name(&near)),
        _ => said,
    }
}

/// Returns the message about an option of another program, if it is a known one.
fn advise(option: &str, subcommand: &str) -> Option<String> {
    let known = |(name, options, _): &&(&str, &[&str], &str)| *name == subcommand && options.contains(&option);
    let (_, _, advice) = OPTIONS.iter().find(known)?;
    let is_typed = advice.starts_with("mapped ") || advice.starts_with('-');
    let lead = if is_typed { "try: " } else { "" };
    Some(format!("{subcommand} has no option '{option}'; {lead}{advice}"))
}

fn unknown_subcommand(error: &clap::Error, word: &str) -> String {
    let said = format!("unknown subcommand '{word}'");
    if let Some((_, advice)) = SUBCOMMANDS.iter().find(|(words, _)| words.contains(&word)) {
        return format!("{said}; try: {advice}");
    }
    let near = error.get(ContextKind::SuggestedSubcommand).map(words).unwrap_or_default();
    match near.split(", ").find(|near| is_near(word, near)) {
        Some(near) => format!("{said}; did you mean '{near}'?"),
        None => said,
    }
}

/// Returns whether two words differ only by a typo: in at most two letters, and not in all of them.
fn is_near(typed: &str, other: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (typed.chars().collect(), other.chars().collect());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, &from) in a.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, &to) in b.iter().enumerate() {
            let changed = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    let letters = other.trim_start_matches('-').chars().count();
    row[b.len()] <= 2.min(letters / 2)
}

fn expected(values: &str) -> String {
    if values.is_empty() { String::new() } else { format!(": expected {values}") }
}

/// Returns a value from an error's context as text.
fn words(value: &ContextValue) -> String {
    match value {
        ContextValue::String(text) => text.clone(),
        ContextValue::Strings(texts) => texts.join(", "),
        ContextValue::StyledStr(text) => text.to_string(),
        _ => String::new(),
    }
}

fn option_names(error: &clap::Error, kind: ContextKind) -> String {
    let names = match error.get(kind) {
        Some(ContextValue::Strings(names)) => names.iter().map(|name| option_name(name)).collect::<Vec<_>>(),
        Some(ContextValue::String(name)) => vec![option_name(name)],
        _ => Vec::new(),
    };
    names.join(" and ")
}

/// Returns the name of an option without its placeholder: `--io` of `--io <WAY>`. An operand loses its brackets.
fn option_name(shown: &str) -> String {
    match shown.strip_prefix('-') {
        Some(_) => shown.split([' ', '=', '[', '>']).next().unwrap_or_default().to_owned(),
        None => shown.trim_matches(['<', '>', '[', ']', '.']).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_is_near() {
        for (typed, other) in [("--colr", "--color"), ("grpe", "grep"), ("--line", "--lines"), ("ct", "cat")] {
            assert!(is_near(typed, other), "{typed} {other}");
        }
        for (typed, other) in [("head", "hexdump"), ("tail", "stat"), ("wc", "man"), ("--replace", "--reverse")] {
            assert!(!is_near(typed, other), "{typed} {other}");
        }
    }

    // Advice on an option that has come to exist would never be shown.
    #[test]
    fn advice_is_on_options_that_do_not_exist() {
        let program = crate::cli::pages::program();
        for (name, options, _) in OPTIONS {
            let command = program.find_subcommand(name).unwrap();
            for option in *options {
                let is_named = |arg: &clap::Arg| match option.strip_prefix("--") {
                    Some(long) => {
                        arg.get_long() == Some(long) || arg.get_all_aliases().is_some_and(|all| all.contains(&long))
                    }
                    None => option.len() == 2 && arg.get_short().is_some_and(|short| option.ends_with(short)),
                };
                assert!(!command.get_arguments().any(is_named), "{name} {option}");
            }
        }
    }

    #[test]
    fn a_word_has_one_advice() {
        let words: Vec<&str> = SUBCOMMANDS.iter().flat_map(|(words, _)| words.iter().copied()).collect();
        let unique: std::collections::BTreeSet<&str> = words.iter().copied().collect();
        assert_eq!(words.len(), unique.len());
    }
}
