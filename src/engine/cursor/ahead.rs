//! Inputs on their way from names to open files.
//!
//! Opening is a good part of the work on a small file. So it is not done under the cursor's lock: each worker takes many
//! names at a time, opens them, and gives them back in the place they had.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::time::{Duration, Instant};

use crate::io::{IoMode, Range, Source};
use crate::os::{Stop, fd_table};

use super::span::Asked;
use super::{Input, MANY, Opened, Stats};

/// How long a worker goes on opening, so that a slow file system holds nobody up who could search.
const LONG: Duration = Duration::from_micros(200);

/// Inputs that the cursor has not come to yet, in their order.
pub(super) struct Ahead<'a> {
    inputs: Box<dyn Iterator<Item = Input<'a>> + Send + 'a>,
    /// What was taken from `inputs`. `None` is being opened by a worker.
    chunks: VecDeque<Option<Chunk<'a>>>,
    /// The number of the first of these.
    first: u64,
    workers: usize,
    /// How many files a worker opens at a time, or searches, at most.
    many: usize,
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
    policy: IoMode,
    range: Range,
}

/// What comes next.
#[allow(clippy::large_enum_variant, reason = "it is taken apart as soon as it is returned")]
pub(super) enum Upcoming<'a> {
    Input(Input<'a>),
    /// It is being opened.
    Awaited,
    Nothing,
}

impl<'a> Ahead<'a> {
    /// For so many `workers`, which are yet to be started.
    pub(super) fn new(inputs: Box<dyn Iterator<Item = Input<'a>> + Send + 'a>, workers: usize) -> Ahead<'a> {
        let is_single = inputs.size_hint().1 == Some(1);
        let many = if is_single { 1 } else { fd_table::share(2 * workers, MANY) };
        Ahead { inputs, chunks: VecDeque::new(), first: 0, workers, many }
    }

    /// How many small files a worker searches at a time, at most.
    pub(super) fn many(&self) -> usize {
        self.many
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
    pub(super) fn take(&mut self, policy: IoMode, range: Range) -> Option<Unopened<'a>> {
        while self.chunks.front().is_some_and(|front| front.as_ref().is_some_and(|chunk| chunk.inputs.is_empty())) {
            self.drop_first();
        }
        if let Some(Some(chunk)) = self.chunks.front_mut() {
            if chunk.held || !chunk.inputs[0].is_unopened() {
                return None;
            }
            let mut chunk = std::mem::take(chunk);
            self.chunks[0] = None;
            // What was put back is a single one.
            if self.chunks.len() == 1 {
                self.fill(&mut chunk);
            }
            return Some(Unopened { number: self.first, chunk, policy, range });
        }
        if self.chunks.len() >= self.workers {
            return None;
        }
        let mut chunk = Chunk::default();
        self.fill(&mut chunk);
        let number = self.first.wrapping_add(self.chunks.len() as u64);
        if !chunk.inputs.front()?.is_unopened() {
            self.chunks.push_back(Some(chunk));
            return None;
        }
        self.chunks.push_back(None);
        Some(Unopened { number, chunk, policy, range })
    }

    /// Adds to a chunk what follows on it, up to an input that is open already.
    fn fill(&mut self, chunk: &mut Chunk<'a>) {
        let likely = self.inputs.size_hint().1.map_or(self.many, |most| most.min(self.many));
        chunk.inputs.reserve(likely.saturating_sub(chunk.inputs.len()));
        while chunk.inputs.len() < self.many
            && let Some(input) = self.inputs.next()
        {
            let is_last = !input.is_unopened();
            chunk.inputs.push_back(input);
            if is_last {
                break;
            }
        }
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
    pub(in crate::engine) fn open(&mut self, stop: &Stop, stats: &Stats) {
        let asked = if stats.warmth.asks_ahead() { self.ask(stop, stats) } else { 0 };
        let begun = Instant::now();
        let mut opened = 0;
        for slot in &mut self.chunk.inputs {
            if slot.has_to_wait() {
                self.chunk.held = true;
                break;
            }
            let input = std::mem::replace(slot, Input::Named(OsString::new()));
            *slot = input.open(self.policy, self.range).into();
            opened += 1;
            let is_enough = match asked {
                0 => opened % 4 == 1 && begun.elapsed() > LONG,
                // They are all on their way: who waits for one waits for all.
                asked => opened >= asked,
            };
            if stop.asked() || is_enough {
                break;
            }
        }
        stats.warmth.had(opened, begun.elapsed());
    }

    /// Has the disk bring in as many files as it takes no time to ask for, and gives their number.
    fn ask(&mut self, stop: &Stop, stats: &Stats) -> u32 {
        let begun = Instant::now();
        let mut asked = 0;
        for slot in &mut self.chunk.inputs {
            if stop.asked() || slot.has_to_wait() || begun.elapsed() > LONG {
                break;
            }
            slot.ask(self.policy, self.range, stats);
            asked += 1;
        }
        asked
    }
}

impl Input<'_> {
    pub(super) fn is_unopened(&self) -> bool {
        matches!(self, Input::Named(_) | Input::Unopened(..) | Input::Asked(..))
    }

    /// Whether it can be opened only when all that stands before it is out: opening a FIFO blocks until somebody writes to
    /// it, and where standard input stands depends on who has read of it.
    pub fn has_to_wait(&self) -> bool {
        match self {
            Input::Named(name) => name == "-" || crate::io::path::is_fifo(name),
            Input::Unopened(place, _) => place.is_stdin() || place.is_fifo(),
            Input::Asked(asked) => asked.source.is_none() && asked.input.has_to_wait(),
            _ => false,
        }
    }

    /// Opens it and has the disk bring it in, if it is a small file, while its turn has not come. What fails here is left to
    /// [`Input::open`].
    pub(in crate::engine) fn ask(&mut self, policy: IoMode, range: Range, stats: &Stats) {
        let opened = match self {
            Input::Unopened(place, opener) => opener.source(place, range),
            Input::Named(name) => Source::open(name, policy, range),
            _ => return,
        };
        if let Ok(mut source) = opened {
            let is_begun = stats.ask(&mut source);
            let input = std::mem::replace(self, Input::Named(OsString::new()));
            *self = Input::Asked(Box::new(Asked { input, source: Some(source), is_begun }));
        }
    }

    /// Has it opened again when its turn comes, which has taken so long that it may be another file by now.
    pub fn forget(&mut self) {
        if let Input::Asked(asked) = self {
            asked.source = None;
        }
    }

    /// Opens it, where that has not been done.
    ///
    /// # Errors
    /// What opening it says, and what is wrong with an input that has failed already.
    pub fn open(self, policy: IoMode, range: Range) -> Opened {
        match self {
            Input::Named(name) => match Source::open(&name, policy, range) {
                Ok(source) => Ok((source, None)),
                Err(error) => Err((name, error)),
            },
            Input::Unopened(place, opener) => opener.open(place, range),
            Input::Asked(asked) => asked.open(policy, range),
            Input::Open(source) => Ok((source, None)),
            Input::Judged(source, verdict) => Ok((source, Some(verdict))),
            Input::Failed(name, error) => Err((name, error)),
        }
    }
}

impl Asked<'_> {
    /// As [`Input::open`].
    fn open(self, policy: IoMode, range: Range) -> Opened {
        match (self.source, self.input) {
            (Some(source), Input::Unopened(place, opener)) => {
                opener.prepare(source, range).map_err(|error| (place.into_path(), error))
            }
            (Some(source), _) => Ok((source, None)),
            (None, input) => {
                let (source, verdict) = input.open(policy, range)?;
                // What of it was in memory is not counted twice.
                Ok((if self.is_begun { source.begun() } else { source }, verdict))
            }
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
        Ahead::new(Box::new(inputs), 3)
    }

    fn take(ahead: &mut Ahead<'static>) -> Option<Unopened<'static>> {
        ahead.take(IoMode::Auto, Range::default())
    }

    fn number(upcoming: Upcoming<'_>) -> Option<usize> {
        let Upcoming::Input(input) = upcoming else { return None };
        let (name, _) = input.open(IoMode::Auto, Range::default()).unwrap_err();
        name.to_str()?.strip_prefix("/no/such/")?.parse().ok()
    }

    #[test]
    fn inputs_come_in_their_order_whoever_is_done_first() {
        let mut ahead = ahead(names(80));
        let mut chunks: Vec<_> = (0..3).map(|_| take(&mut ahead).unwrap()).collect();
        assert!(take(&mut ahead).is_none(), "a chunk a worker");
        for chunk in chunks.iter_mut().rev() {
            assert!(matches!(ahead.next(), Upcoming::Awaited));
            chunk.open(&Stop::new(), &Stats::default());
            ahead.give(chunk.take());
        }
        let order: Vec<_> = (0..80).map(|_| number(ahead.next()).unwrap()).collect();
        assert!(order.is_sorted() && order.len() == 80);
        assert!(!ahead.has_more() && matches!(ahead.next(), Upcoming::Nothing));
    }

    /// It came alone, and so did each after it, for as long as nobody joined them to one chunk again.
    #[test]
    fn what_was_put_back_is_opened_with_what_follows() {
        let mut ahead = ahead(names(40));
        let Upcoming::Input(first) = ahead.next() else { panic!("there are forty") };
        ahead.put_back(first, false);
        assert_eq!(take(&mut ahead).unwrap().chunk.inputs.len(), MANY);
        assert_eq!(take(&mut ahead).unwrap().chunk.inputs.len(), 40 - MANY);
    }

    #[test]
    fn what_was_asked_for_may_be_forgotten() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, "one\n").unwrap();
        let (policy, range, stats) = (IoMode::Auto, Range::default(), Stats::default());
        let mut input = Input::Named(file.path().into());
        input.ask(policy, range, &stats);
        assert!(matches!(input, Input::Asked(..)) && input.is_unopened());
        std::fs::write(&file, "one\ntwo\n").unwrap();
        let length = |input: Input<'_>| input.open(policy, range).unwrap().0.end();
        input.forget();
        assert!(input.is_unopened());
        assert_eq!(length(input), Some(8));
        let mut input = Input::Named(file.path().into());
        input.ask(policy, range, &stats);
        assert_eq!(length(input), Some(8));
        // It was counted both times, the second time with the pages that had been asked for.
        stats.count_resident();
        let mut input = Input::Named(file.path().into());
        input.ask(policy, range, &stats);
        input.forget();
        let (mut source, _) = input.open(policy, range).unwrap();
        stats.opened(&mut source);
        assert!(stats.tally().resident.is_none_or(|(_, total)| total == 8));
        let mut gone = Input::Named("/no/such/file".into());
        gone.forget();
        assert!(gone.open(policy, range).is_err());
        let mut absent = Input::Named("/no/such/file".into());
        absent.ask(policy, range, &stats);
        assert!(matches!(absent, Input::Named(_)));
    }

    #[test]
    fn what_was_put_back_comes_again() {
        for held in [true, false] {
            let mut ahead = ahead(names(3));
            let Upcoming::Input(first) = ahead.next() else { panic!("there are three") };
            ahead.put_back(first, held);
            let taken = take(&mut ahead);
            assert_eq!(taken.is_none(), held, "what has to wait is left to the cursor");
            if let Some(chunk) = taken {
                assert!(matches!(ahead.next(), Upcoming::Awaited));
                ahead.give(chunk);
            }
            for i in 0..3 {
                assert_eq!(number(ahead.next()), Some(i), "{held}");
            }
        }
    }

    #[test]
    fn standard_input_is_not_opened_ahead() {
        let inputs = names(1).chain([Input::Named("-".into())]).chain(names(1));
        let mut ahead = ahead(inputs);
        let mut chunk = take(&mut ahead).unwrap();
        chunk.open(&Stop::new(), &Stats::default());
        assert!(matches!(chunk.chunk.inputs[0], Input::Failed(..)));
        assert!(matches!(&chunk.chunk.inputs[1], Input::Named(name) if name == "-"));
        ahead.give(chunk);
        assert_eq!(number(ahead.next()), Some(0));
        assert!(take(&mut ahead).is_none(), "it is the cursor's turn");
    }
}
