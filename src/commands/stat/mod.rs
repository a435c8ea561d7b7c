//! The `stat` subcommand.
