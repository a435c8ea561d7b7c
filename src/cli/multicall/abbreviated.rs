//! Abbreviations of a tool's long options, which the subcommand's additional options must not make
//! ambiguous.

use super::Tool;
use super::rewrite::{Rewrite, RewriteError};
use crate::cli::getopt;

impl Rewrite<'_> {
    /// Returns the full name of the tool's option that `name` abbreviates, or else `name` itself.
    ///
    /// # Errors
    /// Returns an error if the tool has several such options.
    pub(super) fn full_name(&mut self, name: &str) -> Result<String, RewriteError> {
        let known = self.tool.names_beginning_with(name);
        let is_whole = known.contains(&name) || getopt::has_long(self.subcommand(), name);
        match &known[..] {
            [_] if is_whole => Ok(name.to_owned()),
            [full] => Ok((*full).to_owned()),
            // The other tools leave their abbreviations to the subcommand.
            [_, _, ..] if !is_whole && !self.tool.names.is_empty() => {
                let all: Vec<String> = known.iter().map(|known| format!("'--{known}'")).collect();
                let said = format!("option '--{name}' is ambiguous; possibilities: {}", all.join(" "));
                Err(RewriteError::Wrong(said))
            }
            _ => Ok(name.to_owned()),
        }
    }
}

impl Tool {
    /// Returns the tool's long options that begin with `start`, once each.
    fn names_beginning_with(&self, start: &str) -> Vec<&'static str> {
        let own = self.rules().map(|rule| rule.long).filter(|_| self.names.is_empty());
        let usual = ["help", "version"].into_iter().filter(|_| self.names.is_empty());
        let first = |names: &&'static str| names.split(' ').find(|name| name.starts_with(start));
        let mut all: Vec<_> = self.names.iter().filter_map(first).collect();
        all.extend(own.chain(usual).filter(|name| name.starts_with(start)));
        all
    }
}
