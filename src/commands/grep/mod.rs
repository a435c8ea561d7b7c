//! The `grep` subcommand.
