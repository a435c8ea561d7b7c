//! One module a subcommand.
pub mod bench;
pub mod cat;
pub mod checksum;
pub mod grep;
pub mod hexdump;
pub mod stat;
