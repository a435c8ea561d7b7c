//! The `cat` subcommand.
