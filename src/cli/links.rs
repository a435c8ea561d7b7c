//! `mapped links`.

use std::path::PathBuf;

/// Create links that make this program act as cat, grep, xxd and other classic tools.
///
/// Put DIR before the system's directories in PATH to use the links instead of its tools. A name
/// that already exists is left unchanged and reported.
#[derive(clap::Args, Debug)]
#[command(override_usage = "mapped links DIR [TOOL]...")]
pub struct LinksArgs {
    /// Directory to create the links in
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,

    /// Tools to create links for [default: all]
    #[arg(value_name = "TOOL", value_parser = clap::builder::PossibleValuesParser::new(super::multicall::TOOLS.iter().map(|tool| tool.name)))]
    pub tools: Vec<String>,
}
