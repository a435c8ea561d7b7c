//! The digests of one file: recipes as lanes of the engine.

use std::io;

use super::hasher::{Digest, Hasher, Part, Recipe, ZEROS};
use crate::app::config::Config;
use crate::engine::{Block, Input, Lane, Permits, Plan};
use crate::io::Source;
use crate::output::complain;

/// A whole file shorter than this is hashed in one go, without cutting it into subtrees.
const WHOLE: u64 = 256 * 1024;

impl Lane for Recipe {
    type Part = Part;
    /// Begun by the first block, which tells whether pieces have to be joined.
    type State = Option<Hasher>;

    fn part(&self, at: u64, block: &Block) -> Part {
        match block.hole() {
            Some(_) if self.leaps_zeros() => Part::Bytes,
            _ if is_whole(block) => self.whole(bytes(block)),
            _ => self.part(at, bytes(block)),
        }
    }

    fn take(&self, state: &mut Option<Hasher>, block: &Block, part: Part) {
        let hasher = state.get_or_insert_with(|| self.begin(&part, is_whole(block)));
        match block.hole() {
            Some(len) if self.leaps_zeros() => hasher.zeros(len),
            _ => hasher.absorb(&part, bytes(block)),
        }
    }
}

fn is_whole(block: &Block) -> bool {
    block.is_first() && block.is_last() && block.len() < WHOLE
}

/// The block's bytes; for a hole, as many of the zeros that all holes share. [`plan`] keeps holes that short.
fn bytes(block: &Block) -> &[u8] {
    match block.hole() {
        Some(len) => &ZEROS[..len as usize],
        None => block.bytes(),
    }
}

/// How a file is cut for these digests.
fn plan(source: &Source, recipes: &[Recipe], config: &Config) -> Plan {
    let longest_hole = if recipes.iter().all(Recipe::leaps_zeros) { u64::MAX } else { ZEROS.len() as u64 };
    Plan { longest_hole, ..config.engine.lane_plan(source) }
}

/// The digests of `source`, in the recipes' order, with further threads while `permits` has any to lend.
///
/// # Errors
/// What kept a byte from coming in, or a change of the file on the way.
pub fn digest(source: Source, recipes: &[Recipe], config: &Config, permits: &Permits) -> io::Result<Vec<Digest>> {
    let source = config.decoded(source, config.engine.range)?;
    // A serial digest keeps one thread busy; one more has the next block ready.
    let helpers = if recipes.iter().any(Recipe::splits) { usize::MAX } else { recipes.len() };
    let helpers = helpers.min(config.engine.threads.max(1) - 1);
    let plan = plan(&source, recipes, config);
    let fed = config.engine.feed(Input::Open(source), plan, recipes, (permits, helpers), &config.stats)?;
    fed.notices.iter().for_each(|notice| complain(format_args!("{notice}")));
    let finish = |(state, recipe): (Option<Hasher>, &Recipe)| state.unwrap_or_else(|| recipe.hasher()).finish();
    Ok(fed.states.into_iter().zip(recipes).map(finish).collect())
}
