//! `mapped links`.

use std::path::PathBuf;

/// Make links by whose names this program is cat, grep, xxd and other classic tools.
///
/// Put DIR into PATH before the directories of the system to use them in place of its tools. A name
/// that exists already is left as it is and reported.
#[derive(clap::Args, Debug)]
#[command(override_usage = "mapped links DIR [TOOL]...")]
pub struct LinksArgs {
    /// Directory for the links
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,

    /// Tools to make links for; all of them by default
    #[arg(value_name = "TOOL", value_parser = clap::builder::PossibleValuesParser::new(super::multicall::TOOLS.iter().map(|tool| tool.name)))]
    pub tools: Vec<String>,
}
