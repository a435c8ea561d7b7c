//! Inputs that a command takes one after another, each by its own means.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::os::fd_table;

use super::cursor::Input;
use super::{Engine, Stats};

/// How many files are asked for ahead of their turn, at most.
const MANY: usize = 16;

/// After longer, what was opened ahead of its turn is opened again.
pub const MOMENT: Duration = Duration::from_millis(2);

/// Gives inputs in their order. Where small ones come from the disk, the next few are on their way meanwhile.
#[derive(Debug)]
pub struct Succession<'a, 'i> {
    engine: &'a Engine,
    stats: &'a Stats,
    inputs: VecDeque<Input<'i>>,
    many: usize,
    /// When the last one was given.
    given: Option<Instant>,
}

impl<'a, 'i> Succession<'a, 'i> {
    /// Of these inputs.
    pub fn new(inputs: Vec<Input<'i>>, engine: &'a Engine, stats: &'a Stats) -> Succession<'a, 'i> {
        let many = if inputs.len() > 1 { fd_table::share(1, MANY) } else { 0 };
        Succession { engine, stats, inputs: inputs.into(), many, given: None }
    }
}

impl<'i> Iterator for Succession<'_, 'i> {
    type Item = Input<'i>;

    fn next(&mut self) -> Option<Input<'i>> {
        // How long its output took is in it, too. Asking for what is in memory does no harm.
        if let Some(given) = self.given {
            self.stats.warmth.had(1, given.elapsed());
            if given.elapsed() > MOMENT {
                self.inputs.iter_mut().take(self.many).for_each(Input::forget);
            }
        }
        let next = self.inputs.pop_front()?;
        for input in self.inputs.iter_mut().take(self.many) {
            self.engine.ask_ahead(input, self.stats);
        }
        self.given = Some(Instant::now());
        Some(next)
    }
}
