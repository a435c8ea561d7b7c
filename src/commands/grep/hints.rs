//! Prints hints about letters that mean something else in ripgrep, if the other arguments suggest
//! it.

use std::ffi::OsString;

use ignore::types::TypesBuilder;

use crate::cli::grep::GrepArgs;
use crate::io::path;

/// Returns a hint if an option seems to have ripgrep's meaning. `files` are the files to search.
pub fn for_letters(args: &GrepArgs, files: &[OsString]) -> Option<&'static str> {
    let (printing, inputs) = (&args.printing, &args.inputs);
    if printing.files_without_match && !inputs.is_recursive() && files.iter().any(|file| path::is_directory(file)) {
        return Some("-L lists files without a match; -R searches directories and follows links");
    }
    // If an option's value is taken for the pattern, the pattern is taken for a file.
    let is_missing = |file: &OsString| file != "-" && path::metadata(file).is_err();
    if !files.iter().any(is_missing) {
        return None;
    }
    let first = args.operands.first().and_then(|operand| operand.to_str()).unwrap_or_default();
    if printing.pretty && args.patterns.regexp.is_empty() {
        return Some(
            "--pre is short for --pretty; to search what a program prints: PROGRAM FILE | mapped grep PATTERN",
        );
    }
    if printing.initial_tab && is_type(first) {
        return Some("-T aligns lines at a tab stop; --type-not TYPE skips files of a type");
    }
    if args.patterns.extended_regexp && encoding_rs::Encoding::for_label(first.as_bytes()).is_some() {
        return Some("-E selects extended regular expressions; --encoding NAME sets the encoding");
    }
    inputs.recursive.then_some("-r searches directories; --replace TEXT prints lines with matches replaced")
}

fn is_type(name: &str) -> bool {
    TypesBuilder::new().add_defaults().definitions().iter().any(|known| known.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(line: &str) -> &'static str {
        let words = ["mapped", "grep"].into_iter().chain(line.split_whitespace());
        let crate::cli::Command::Grep(args) = <crate::cli::Cli as clap::Parser>::parse_from(words).command else {
            panic!("{line}")
        };
        for_letters(&args, &args.operands[1..]).unwrap_or_default().split(' ').next().unwrap()
    }

    #[test]
    fn a_value_taken_for_a_pattern_gives_a_hint() {
        assert_eq!(hint("-T html word src"), "-T");
        assert_eq!(hint("-E utf-16le word Cargo.toml"), "-E");
        assert_eq!(hint("word -r new Cargo.toml"), "-r");
        assert_eq!(hint("-L word src"), "-L");
        assert_eq!(hint("--pre pdftotext word Cargo.toml"), "--pre");
        assert_eq!(hint("--pretty word Cargo.toml"), "");
        for line in ["-T word Cargo.toml", "-E utf-8 Cargo.toml", "-r word src", "-rL word src", "-T word missing"] {
            assert_eq!(hint(line), "", "{line}");
        }
    }
}
