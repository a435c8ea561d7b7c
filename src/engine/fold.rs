//! Folds the blocks of one input into a value, in file order, and prints nothing.

use std::ffi::OsStr;
use std::io;
use std::marker::PhantomData;

use super::{Block, Engine, Flow, Input, Kernel, Pipeline, Plan, Session, Sink};

/// The functions that compute a value from the blocks of an input: `map` is called with each block,
/// on any thread and in any order, and `fold` with the results in file order, starting with `first`.
pub struct Fold<A, M, F> {
    pub first: A,
    pub map: M,
    pub fold: F,
}

impl Engine {
    /// Returns the fold of the blocks of `input`.
    ///
    /// # Errors
    /// Returns the error from opening or reading, or an error if the input is truncated or
    /// overwritten while it is read.
    pub fn fold<T, A, M, F>(
        &self,
        input: Input<'_>,
        plan: Plan,
        fold: Fold<A, M, F>,
        session: &Session,
    ) -> io::Result<A>
    where
        T: Send,
        A: Send + Clone,
        M: Fn(&[u8]) -> T + Sync,
        F: Fn(A, T) -> A + Sync,
    {
        let mut failure = FirstError(None);
        let Fold { first, map, fold } = fold;
        let pipeline = Pipeline { kernel: &BlockFold { map, fold, passes: PhantomData }, plan, session };
        let outcome = self.run(std::iter::once(input), pipeline, Some(first), &mut failure);
        match (failure.0, outcome.carry) {
            (None, Some(total)) => Ok(total),
            (error, _) => Err(error.unwrap_or_else(|| io::Error::other("the scan did not end"))),
        }
    }
}

/// The two functions, and the types that they exchange.
struct BlockFold<T, A, M, F> {
    map: M,
    fold: F,
    passes: PhantomData<fn(T) -> A>,
}

impl<T, A, M, F> Kernel for BlockFold<T, A, M, F>
where
    T: Send,
    A: Send + Clone,
    M: Fn(&[u8]) -> T + Sync,
    F: Fn(A, T) -> A + Sync,
{
    /// The result of `map`, which `carry` consumes.
    type Part = Option<T>;
    /// The accumulator, except while `fold` owns it.
    type Carry = Option<A>;

    fn scan(&self, block: &Block) -> Option<T> {
        Some((self.map)(block.bytes()))
    }

    fn is_done_with(&self, _: &Block, _: &Option<T>) -> bool {
        true
    }

    fn carry(&self, _: &Block, part: &mut Option<T>, total: &mut Option<A>) -> Flow {
        if let (Some(part), Some(before)) = (part.take(), total.take()) {
            *total = Some((self.fold)(before, part));
        }
        Flow::Continue
    }

    fn format(&self, _: &Block, _: &mut Option<T>, _: &mut Vec<u8>) {}
}

/// A sink that keeps the first error reported.
struct FirstError(Option<io::Error>);

impl Sink for FirstError {
    fn write(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }

    fn move_to(&mut self, _: u64) -> io::Result<()> {
        Ok(())
    }

    fn repeat(&mut self, _: &[u8], _: u64) -> io::Result<()> {
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn message(&mut self, _: &str) {}

    fn report(&mut self, _: &OsStr, error: &io::Error) {
        // `io::Error` is not `Clone`.
        let copy = || match error.raw_os_error() {
            Some(code) => io::Error::from_raw_os_error(code),
            None => io::Error::new(error.kind(), error.to_string()),
        };
        self.0.get_or_insert_with(copy);
    }
}
