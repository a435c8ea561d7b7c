//! A turnstile: workers pass in the order of their numbers, each with the value in its hands.

use std::ops::{Deref, DerefMut};

use super::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A value that is handed from number to number. The number after the one that holds it waits.
pub(crate) struct Turns<T> {
    state: Mutex<State<T>>,
    /// One condition for each number in hand, so that passing on wakes the one whose turn it is.
    waiting: Vec<Condvar>,
}

struct State<T> {
    next: u64,
    /// Workers that wait, so that a turn that nobody waits for costs no system call.
    waiting: usize,
    value: T,
}

impl<T> Turns<T> {
    /// At most `numbers` are in hand at a time, the next one and those after it, so that each that waits has a condition alone.
    pub(crate) fn new(value: T, numbers: usize) -> Turns<T> {
        let waiting = (0..numbers.max(1)).map(|_| Condvar::new()).collect();
        Turns { state: Mutex::new(State { next: 0, waiting: 0, value }), waiting }
    }

    /// Waits until it is `number`'s turn. Dropping the turn passes it on, also when a panic unwinds,
    /// so nobody waits for ever.
    pub(crate) fn take(&self, number: u64) -> Turn<'_, T> {
        // A worker that panicked passed its turn on while unwinding; its panic ends the run when
        // the threads are joined, and until then the others only have to get out.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while state.next != number {
            state.waiting += 1;
            state = self.condition(number).wait(state).unwrap_or_else(PoisonError::into_inner);
            state.waiting -= 1;
        }
        Turn { turns: self, state }
    }

    /// Whether it is `number`'s turn, so that [`Turns::take`] does not wait.
    pub(crate) fn is_due(&self, number: u64) -> bool {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).next == number
    }

    pub(crate) fn into_value(self) -> T {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).value
    }

    fn condition(&self, number: u64) -> &Condvar {
        &self.waiting[(number % self.waiting.len() as u64) as usize]
    }
}

/// The value, for as long as it is this number's turn.
pub(crate) struct Turn<'a, T> {
    turns: &'a Turns<T>,
    state: MutexGuard<'a, State<T>>,
}

impl<T> Deref for Turn<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.state.value
    }
}

impl<T> DerefMut for Turn<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.state.value
    }
}

impl<T> Drop for Turn<'_, T> {
    fn drop(&mut self) {
        self.state.next += 1;
        if self.state.waiting > 0 {
            self.turns.condition(self.state.next).notify_one();
        }
    }
}
