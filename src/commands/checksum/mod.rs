//! The `checksum` subcommand.
