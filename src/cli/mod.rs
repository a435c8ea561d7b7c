//! The command line as typed. Nothing is resolved here: no environment, no terminal, no file.

use clap::{Parser, Subcommand};

pub mod bench;
pub mod cat;
pub mod checksum;
pub mod common;
pub mod grep;
pub mod hexdump;
pub mod range;
pub mod size;
pub mod stat;

/// Inspect files of any size through memory maps.
#[derive(Debug, Parser)]
#[command(name = "mapped", version, propagate_version = true, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Compare mmap and read on your files, your machine and your access pattern
    Bench(Box<bench::Args>),
    /// Write files to standard output
    Cat(Box<cat::Args>),
    /// Print or check digests of files
    // `--length` is the digest's here, as it is in b2sum, cksum and b3sum.
    #[command(mut_arg("length", |arg| arg.long("bytes")))]
    Checksum(Box<checksum::Args>),
    /// Print the lines that match a pattern
    Grep(Box<grep::Args>),
    /// Show bytes in hexadecimal and other notations, and turn such text back
    // hexdump's own letters for what every subcommand can do, and xxd's for the second.
    #[command(
        mut_arg("offset", |arg| arg.short('s').visible_alias("skip")),
        mut_arg("length", |arg| arg.short('n').visible_short_alias('l')),
    )]
    Hexdump(Box<hexdump::Args>),
    /// Show what files are, where their bytes are, and who uses them
    Stat(stat::Args),
}
