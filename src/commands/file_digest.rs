//! Computes the digests of a file, for `checksum` and `bench`. Recipes consume the engine's blocks
//! in order. The algorithms themselves are in [`crate::digest`].

use std::io;

use crate::app::config::Config;
use crate::digest::hasher::{HashedPart, Hasher};
use crate::digest::{Digest, Recipe};
use crate::engine::{Block, Consumer, Input, Permits, Plan};
use crate::io::Source;
use crate::os::{self, error_text};
use crate::output::{input_name, print_message};

/// The size in bytes below which a file is hashed whole instead of being split into subtrees.
const WHOLE: u64 = 256 * 1024;

/// The size in bytes below which no thread is started only to load a file's blocks. Starting the
/// thread would take longer than loading them, cached or not.
const LOADED_ALONE: u64 = 16 << 20;

impl Consumer for Recipe {
    type Part = HashedPart;
    /// The hasher is created for the first block, which shows whether pieces must be joined.
    type State = Option<Hasher>;

    fn part(&self, at: u64, block: &Block) -> HashedPart {
        match block.hole() {
            Some(_) if self.skips_zeros() => HashedPart::Bytes,
            _ if is_whole(block) => self.whole(bytes(block)),
            _ => self.part(at, bytes(block)),
        }
    }

    fn take(&self, state: &mut Option<Hasher>, block: &Block, part: HashedPart) {
        let hasher = state.get_or_insert_with(|| self.begin(&part, is_whole(block)));
        match block.hole() {
            Some(len) if self.skips_zeros() => hasher.zeros(len),
            _ => hasher.absorb(&part, bytes(block)),
        }
    }
}

fn is_whole(block: &Block) -> bool {
    block.is_first() && block.is_last() && block.len() < WHOLE
}

/// Returns the block's bytes, or shared zeros for a hole. [`plan`] keeps holes short enough.
fn bytes(block: &Block) -> &[u8] {
    match block.hole() {
        Some(len) => &os::zeros()[..len as usize],
        None => block.bytes(),
    }
}

/// Returns the plan for splitting a file for these digests.
fn plan(source: &Source, recipes: &[Recipe], config: &Config) -> Plan {
    let max_hole = if recipes.iter().all(Recipe::skips_zeros) { u64::MAX } else { os::MAX_ZEROS as u64 };
    Plan { max_hole, ..config.engine.lane_plan(source) }
}

/// Computes the digests of `source`, in the recipes' order, on as many threads as `permits` allows.
///
/// # Errors
/// Returns an error if a read fails or the file changes while it is read.
pub fn digest(source: Source, recipes: &[Recipe], config: &Config, permits: &Permits) -> io::Result<Vec<Digest>> {
    let source = config.decoded(source, config.engine.range)?;
    // A serial digest keeps one thread busy, while another loads the next block.
    let loaders = usize::from(source.wanted().is_none_or(|wanted| wanted >= LOADED_ALONE));
    let is_serial = !recipes.iter().any(Recipe::splits);
    let helpers = if is_serial { recipes.len().saturating_sub(1) + loaders } else { usize::MAX };
    let helpers = helpers.min(config.engine.threads.max(1) - 1);
    let plan = plan(&source, recipes, config);
    let consumed = config.engine.feed(Input::Open(source), plan, recipes, (permits, helpers), &config.stats)?;
    for (name, notice) in &consumed.notices {
        print_message(format_args!("mapped: {}: {}", input_name(name), error_text(notice)));
    }
    let finish = |(state, recipe): (Option<Hasher>, &Recipe)| state.unwrap_or_else(|| recipe.hasher()).finish();
    Ok(consumed.states.into_iter().zip(recipes).map(finish).collect())
}
