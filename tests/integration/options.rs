//! The options of all subcommands side by side. docs/options.md is generated from the definitions.
//! A name means the same in every subcommand, unless a list of exceptions states the reason.

use std::collections::{BTreeMap, BTreeSet};

use mapped::cli::pages::program;

use crate::generated::{root, settle};

/// Options that share one meaning, whose help texts describe the effect in each subcommand.
const SAME_IDEA: &[&str] = &[
    "--block-size",
    "--context",
    "--count",
    "--decompress",
    "--follow",
    "--heading",
    "--help",
    "--json",
    "--merge",
    "--no-heading",
    "--recursive",
    "--shard",
    "--stats",
    "--threads",
    "--with-filename",
];

/// Names with several meanings, with the reasons. The list may only shrink.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("--binary", "as in GNU grep and md5sum; neither changes what is read"),
    ("--bytes", "cat selects bytes; checksum limits the input, because its --length is that of the digest"),
    ("--format", "in stat as in GNU stat; in hexdump, the notation of the dump"),
    ("--include", "in grep as in GNU grep; in hexdump as in xxd"),
    ("--label", "in grep as in GNU grep; in bench, the name of a run"),
    ("--length", "in checksum the length of the digest, as in b2sum, cksum and b3sum"),
    ("--lines", "cat selects lines, and stat counts them"),
    ("--quiet", "as in GNU grep, md5sum and cmp"),
    ("--reverse", "cat reverses the order of lines; in hexdump as in xxd"),
    ("--text", "in grep and checksum as in GNU grep and md5sum; in hexdump, how the patterns of --find are read"),
    ("--type", "in grep as in ripgrep; in hexdump as in od"),
];

/// Returns the meaning of each option name in each subcommand that has it.
fn meanings() -> BTreeMap<String, BTreeMap<String, String>> {
    let mut meanings: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let program = program();
    for command in program.get_subcommands() {
        for arg in command.get_arguments().filter(|arg| !arg.is_positional() && !arg.is_hide_set()) {
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            let longs = arg.get_long().into_iter().chain(arg.get_visible_aliases().unwrap_or_default());
            let shorts = arg.get_short().into_iter().chain(arg.get_visible_short_aliases().unwrap_or_default());
            let names = longs.map(|long| format!("--{long}")).chain(shorts.map(|short| format!("-{short}")));
            for name in names {
                meanings.entry(name).or_default().insert(command.get_name().to_owned(), help.clone());
            }
        }
    }
    meanings
}

fn has_several(of: &BTreeMap<String, String>) -> bool {
    of.values().collect::<BTreeSet<_>>().len() > 1
}

#[test]
fn a_long_name_means_the_same_everywhere() {
    let meanings = meanings();
    let several: BTreeSet<&str> = meanings
        .iter()
        .filter(|(name, of)| name.starts_with("--") && has_several(of) && !SAME_IDEA.contains(&name.as_str()))
        .map(|(name, _)| name.as_str())
        .collect();
    let allowed: BTreeSet<&str> = EXCEPTIONS.iter().map(|(name, _)| *name).collect();
    let shown: Vec<_> = several.difference(&allowed).map(|name| (name, &meanings[*name])).collect();
    assert!(shown.is_empty(), "names with several meanings: {shown:#?}");
    let stale: Vec<_> = allowed.difference(&several).collect();
    assert!(stale.is_empty(), "exceptions that are no longer needed: {stale:?}");
}

#[test]
fn the_table_of_options_is_fresh() {
    let mut table = String::from(
        "# Options across subcommands\n\nA test generates this page from the definitions of the command line.\n\n\
         ## Shared by several subcommands\n\n| option | subcommands | meaning |\n|---|---|---|\n",
    );
    let escaped = |text: &str| text.replace('|', "\\|");
    let row = |name: &str, subcommands: &[&str], help: &str| {
        format!("| `{name}` | {} | {} |\n", subcommands.join(", "), escaped(help))
    };
    let meanings = meanings();
    let own = |name: &str| matches!(name, "--help" | "-h" | "--version" | "-V");
    let mut single = String::new();
    for (name, of) in meanings.iter().filter(|(name, of)| !own(name) || has_several(of)) {
        let mut by_help: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (subcommand, help) in of {
            by_help.entry(help).or_default().push(subcommand);
        }
        let rows: String = by_help.iter().map(|(help, subcommands)| row(name, subcommands, help)).collect();
        if of.len() > 1 { table.push_str(&rows) } else { single.push_str(&rows) }
    }
    table.push_str("\n## In one subcommand\n\n| option | subcommand | meaning |\n|---|---|---|\n");
    table.push_str(&single);
    table.push_str("\n## Long names with several meanings\n\n");
    for (name, reason) in EXCEPTIONS {
        table.push_str(&format!("- `{name}`: {reason}\n"));
    }
    settle(&root().join("docs/options.md"), table.as_bytes());
}
