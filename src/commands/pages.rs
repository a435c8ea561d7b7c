//! `mapped help`, `mapped man` and `mapped completions`: print pages generated from the
//! definitions.

use crate::cli::pages::completions::{CompletionsArgs, script};
use crate::cli::pages::man::{ManArgs, page};
use crate::cli::pages::topics::{self, HelpArgs};
use crate::exit::Exit;
use crate::output::{Output, escape_name};

/// Prints the help of a subcommand or a topic.
pub fn help(args: &HelpArgs, output: &mut Output) -> anyhow::Result<Exit> {
    let topic = args.topic.as_deref();
    let text = topics::help(topic);
    let text = text.ok_or_else(|| anyhow::anyhow!("no help on '{}'; see mapped help", topic.unwrap_or_default()))?;
    output.write_all(text.as_bytes())?;
    Ok(Exit::Success)
}

/// Prints a man page in roff.
pub fn man(args: &ManArgs, output: &mut Output) -> anyhow::Result<Exit> {
    let name = args.page.clone().unwrap_or("mapped".into());
    let text = name.to_str().and_then(page);
    let text = text.ok_or_else(|| anyhow::anyhow!("no man page '{}'; see mapped help", escape_name(&name)))?;
    output.write_all(text.as_bytes())?;
    Ok(Exit::Success)
}

/// Prints a completion script.
pub fn completions(args: &CompletionsArgs, output: &mut Output) -> anyhow::Result<Exit> {
    output.write_all(&script(args.shell))?;
    Ok(Exit::Success)
}
