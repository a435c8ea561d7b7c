//! The `hexdump` subcommand.
