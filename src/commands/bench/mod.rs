//! The `bench` subcommand.
