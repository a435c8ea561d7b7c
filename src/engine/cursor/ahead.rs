//! Inputs on their way from names to open files.
//!
//! Opening is a good part of the work on a small file. So it is not done under the cursor's lock: each worker takes many
//! names at a time, opens them, and gives them back in the place they had.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::time::{Duration, Instant};

use crate::io::{Policy, Range, Source, Stop};

use super::{Input, MANY, Opened};

/// How long a worker goes on opening, so that a slow file system holds nobody up who could search.
const LONG: Duration = Duration::from_micros(200);

/// Inputs that the cursor has not come to yet, in their order.
pub(super) struct Ahead<'a> {
    inputs: Box<dyn Iterator<Item = Input<'a>> + Send + 'a>,
    /// What was taken from `inputs`. `None` is being opened by a worker.
    chunks: VecDeque<Option<Chunk<'a>>>,
    /// The number of the first of these.
    first: u64,
}

#[derive(Default)]
struct Chunk<'a> {
    inputs: VecDeque<Input<'a>>,
    /// The first one that is not open has to wait for what stands before it.
    held: bool,
}

/// What a worker opens, without the lock.
pub(in crate::engine) struct Unopened<'a> {
    number: u64,
    chunk: Chunk<'a>,
    policy: Policy,
    range: Range,
}

/// What comes next.
pub(super) enum Upcoming<'a> {
    Input(Input<'a>),
    /// It is being opened.
    Awaited,
    Nothing,
}

impl<'a> Ahead<'a> {
    pub(super) fn new(inputs: Box<dyn Iterator<Item = Input<'a>> + Send + 'a>) -> Ahead<'a> {
        Ahead { inputs, chunks: VecDeque::new(), first: 0 }
    }

    /// Whether there may be more.
    pub(super) fn has_more(&self) -> bool {
        let is_left = |chunk: &Option<Chunk<'_>>| chunk.as_ref().is_none_or(|chunk| !chunk.inputs.is_empty());
        self.chunks.iter().any(is_left) || self.inputs.size_hint().1 != Some(0)
    }

    pub(super) fn next(&mut self) -> Upcoming<'a> {
        while let Some(front) = self.chunks.front_mut() {
            let Some(chunk) = front else { return Upcoming::Awaited };
            if let Some(input) = chunk.inputs.pop_front() {
                chunk.held &= !chunk.inputs.is_empty();
                return Upcoming::Input(input);
            }
            self.drop_first();
        }
        self.inputs.next().map_or(Upcoming::Nothing, Upcoming::Input)
    }

    /// Puts back what came last. `held` says that it has to wait for what stands before it.
    pub(super) fn put_back(&mut self, input: Input<'a>, held: bool) {
        if let Some(Some(chunk)) = self.chunks.front_mut() {
            chunk.inputs.push_front(input);
            chunk.held |= held;
        } else {
            self.chunks.push_front(Some(Chunk { inputs: VecDeque::from([input]), held }));
            self.first = self.first.wrapping_sub(1);
        }
    }

    /// What the caller may open now, if the cursor has to wait for it anyway. There are at most as many chunks as workers.
    pub(super) fn take(&mut self, workers: usize, policy: Policy, range: Range) -> Option<Unopened<'a>> {
        while self.chunks.front().is_some_and(|front| front.as_ref().is_some_and(|chunk| chunk.inputs.is_empty())) {
            self.drop_first();
        }
        if let Some(Some(chunk)) = self.chunks.front_mut() {
            if chunk.held || !chunk.inputs[0].is_unopened() {
                return None;
            }
            let chunk = std::mem::take(chunk);
            self.chunks[0] = None;
            return Some(Unopened { number: self.first, chunk, policy, range });
        }
        if self.chunks.len() >= workers {
            return None;
        }
        let likely = self.inputs.size_hint().1.map_or(MANY, |most| most.min(MANY));
        let mut chunk = Chunk { inputs: VecDeque::with_capacity(likely), held: false };
        while chunk.inputs.len() < MANY
            && let Some(input) = self.inputs.next()
        {
            let is_last = !input.is_unopened();
            chunk.inputs.push_back(input);
            if is_last {
                break;
            }
        }
        let number = self.first.wrapping_add(self.chunks.len() as u64);
        if !chunk.inputs.front()?.is_unopened() {
            self.chunks.push_back(Some(chunk));
            return None;
        }
        self.chunks.push_back(None);
        Some(Unopened { number, chunk, policy, range })
    }

    fn drop_first(&mut self) {
        self.chunks.pop_front();
        self.first = self.first.wrapping_add(1);
    }

    /// Takes back what [`Ahead::take`] gave.
    pub(super) fn give(&mut self, unopened: Unopened<'a>) {
        if let Some(chunk) = self.chunks.get_mut(unopened.number.wrapping_sub(self.first) as usize) {
            *chunk = Some(unopened.chunk);
        }
    }
}

impl<'a> Unopened<'a> {
    /// In place of a chunk that is being opened.
    pub(in crate::engine) fn take(&mut self) -> Unopened<'a> {
        Unopened { chunk: std::mem::take(&mut self.chunk), ..*self }
    }

    /// Opens as many as it takes no time for, up to one that would block, or that is the same open file as another may be.
    pub(in crate::engine) fn open(&mut self, stop: &Stop) {
        let begun = Instant::now();
        for (i, slot) in self.chunk.inputs.iter_mut().enumerate() {
            if slot.has_to_wait() {
                self.chunk.held = true;
                break;
            }
            let input = std::mem::replace(slot, Input::Named(OsString::new()));
            *slot = input.open(self.policy, self.range).into();
            if stop.asked() || i % 4 == 0 && begun.elapsed() > LONG {
                break;
            }
        }
    }
}

impl Input<'_> {
    pub(super) fn is_unopened(&self) -> bool {
        matches!(self, Input::Named(_) | Input::Unopened(..))
    }

    /// Whether it can be opened only when all that stands before it is out: opening a FIFO blocks until somebody writes to
    /// it, and where standard input stands depends on who has read of it.
    pub fn has_to_wait(&self) -> bool {
        match self {
            Input::Named(name) => name == "-" || crate::io::path::is_fifo(name),
            Input::Unopened(place, _) => place.is_stdin() || place.is_fifo(),
            _ => false,
        }
    }

    /// Opens it, where that has not been done.
    ///
    /// # Errors
    /// What opening it says, and what is wrong with an input that has failed already.
    pub fn open(self, policy: Policy, range: Range) -> Opened {
        match self {
            Input::Named(name) => match Source::open(&name, policy, range) {
                Ok(source) => Ok((source, None)),
                Err(error) => Err((name, error)),
            },
            Input::Unopened(place, opener) => opener.open(place),
            Input::Open(source) => Ok((source, None)),
            Input::Judged(source, verdict) => Ok((source, Some(verdict))),
            Input::Failed(name, error) => Err((name, error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(count: usize) -> impl Iterator<Item = Input<'static>> {
        (0..count).map(|i| Input::Named(format!("/no/such/{i}").into()))
    }

    fn ahead(inputs: impl Iterator<Item = Input<'static>> + Send + 'static) -> Ahead<'static> {
        Ahead::new(Box::new(inputs))
    }

    fn take(ahead: &mut Ahead<'static>) -> Option<Unopened<'static>> {
        ahead.take(3, Policy::Auto, Range::default())
    }

    fn number(upcoming: Upcoming<'_>) -> Option<usize> {
        let Upcoming::Input(input) = upcoming else { return None };
        let (name, _) = input.open(Policy::Auto, Range::default()).unwrap_err();
        name.to_str()?.strip_prefix("/no/such/")?.parse().ok()
    }

    #[test]
    fn inputs_come_in_their_order_whoever_is_done_first() {
        let mut ahead = ahead(names(80));
        let mut chunks: Vec<_> = (0..3).map(|_| take(&mut ahead).unwrap()).collect();
        assert!(take(&mut ahead).is_none(), "a chunk a worker");
        for chunk in chunks.iter_mut().rev() {
            assert!(matches!(ahead.next(), Upcoming::Awaited));
            chunk.open(&Stop::new());
            ahead.give(chunk.take());
        }
        let order: Vec<_> = (0..80).map(|_| number(ahead.next()).unwrap()).collect();
        assert!(order.is_sorted() && order.len() == 80);
        assert!(!ahead.has_more() && matches!(ahead.next(), Upcoming::Nothing));
    }

    #[test]
    fn what_was_put_back_comes_again() {
        let mut ahead = ahead(names(3));
        for held in [true, false] {
            let Upcoming::Input(first) = ahead.next() else { panic!("there are three") };
            ahead.put_back(first, held);
            assert_eq!(take(&mut ahead).is_none(), held);
            ahead.chunks[0].get_or_insert_default();
            ahead.drop_first();
        }
        assert_eq!(number(ahead.next()), Some(2));
    }

    #[test]
    fn standard_input_is_not_opened_ahead() {
        let inputs = names(1).chain([Input::Named("-".into())]).chain(names(1));
        let mut ahead = ahead(inputs);
        let mut chunk = take(&mut ahead).unwrap();
        chunk.open(&Stop::new());
        assert!(matches!(chunk.chunk.inputs[0], Input::Failed(..)));
        assert!(matches!(&chunk.chunk.inputs[1], Input::Named(name) if name == "-"));
        ahead.give(chunk);
        assert_eq!(number(ahead.next()), Some(0));
        assert!(take(&mut ahead).is_none(), "it is the cursor's turn");
    }
}
