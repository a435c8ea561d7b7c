//! The `checksum` subcommand: digests of files, and checking them.

mod algorithm;
mod crc;
mod hasher;
mod md5;
#[cfg(target_arch = "x86_64")]
mod sha512;
mod sums;
mod tree;
