//! One in-order step of a parallel run, which items pass in the order of their numbers.
//!
//! A worker either waits for its item's turn ([`Stage::wait_for_turn`]) or submits the item and continues
//! ([`Stage::submit`]); the worker with the preceding item then processes both. A number can be
//! skipped ([`Stage::skip`]), so a panic never leaves a thread waiting. This file is also compiled
//! against loom (`model/`).

use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};

use super::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A state that passes from number to number.
pub(crate) struct Stage<S, T = ()> {
    order: Mutex<StageOrder<S, T>>,
    /// Condition variables that the numbers in flight use in rotation, so that passing on wakes few
    /// workers other than the one whose turn it is.
    turns: Vec<Condvar>,
    /// A condition that is notified when the stage has moved on, for workers that are too far ahead of it.
    room: Condvar,
}

struct StageOrder<S, T> {
    next: u64,
    /// The items from number `next` on.
    slots: VecDeque<StageSlot<T>>,
    /// The number of workers waiting for a turn. If there are none, passing on costs no system
    /// call.
    waiting: usize,
    /// The number of workers waiting for room.
    waiting_for_room: usize,
    state: S,
}

enum StageSlot<T> {
    Pending,
    Submitted(T),
    Skipped,
}

impl<S, T> Stage<S, T> {
    /// Creates a stage that up to `workers` threads pass through.
    pub(crate) fn new(state: S, workers: usize) -> Stage<S, T> {
        let order = StageOrder { next: 0, slots: VecDeque::new(), waiting: 0, waiting_for_room: 0, state };
        let turns = (0..workers.max(1)).map(|_| Condvar::new()).collect();
        Stage { order: Mutex::new(order), turns, room: Condvar::new() }
    }

    /// Waits for the turn of `number`. Dropping the turn passes it on, even during a panic.
    pub(crate) fn wait_for_turn(&self, number: u64) -> Turn<'_, S, T> {
        let mut order = self.lock();
        while order.next != number {
            order.waiting += 1;
            order = self.turn_of(number).wait(order).unwrap_or_else(PoisonError::into_inner);
            order.waiting -= 1;
        }
        Turn { stage: self, order }
    }

    /// Returns whether it is the turn of `number`, which has not had its turn yet.
    pub(crate) fn is_turn(&self, number: u64) -> bool {
        self.lock().next == number
    }

    /// Submits items, and runs `step` on each item whose turn has come, including items submitted
    /// earlier that were waiting for these.
    pub(crate) fn submit(&self, items: impl IntoIterator<Item = (u64, T)>, mut step: impl FnMut(&mut S, T)) {
        let mut order = self.lock();
        for (number, item) in items {
            order.set(number, StageSlot::Submitted(item));
        }
        drop(self.run_due(order, &mut step));
    }

    /// Runs `step` on each item whose turn has come.
    fn run_due<'s>(
        &'s self,
        mut order: MutexGuard<'s, StageOrder<S, T>>,
        step: &mut impl FnMut(&mut S, T),
    ) -> MutexGuard<'s, StageOrder<S, T>> {
        while let Some(item) = order.take_submitted() {
            // The turn is passed on even if the step panics.
            let mut turn = Turn { stage: self, order };
            step(&mut turn.order.state, item);
            drop(turn);
            order = self.lock();
        }
        order
    }

    /// Skips `number`, unless its turn is over. Never waits. Later items that were already
    /// submitted are left to the next worker that submits an item or waits for room.
    pub(crate) fn skip(&self, number: u64) {
        let mut order = self.lock();
        if order.next == number {
            drop(Turn { stage: self, order });
        } else if order.next < number {
            order.set(number, StageSlot::Skipped);
        }
    }

    /// Waits while `number` is `ahead` numbers or more after the one whose turn it is, and meanwhile
    /// runs `step` on items whose turn comes because one before them was skipped.
    pub(crate) fn wait_for_room(&self, number: u64, ahead: u64, mut step: impl FnMut(&mut S, T)) {
        let mut order = self.lock();
        loop {
            order = self.run_due(order, &mut step);
            if number < order.next + ahead {
                return;
            }
            order.waiting_for_room += 1;
            order = self.room.wait(order).unwrap_or_else(PoisonError::into_inner);
            order.waiting_for_room -= 1;
        }
    }

    /// Returns whether `number` is fewer than `ahead` numbers after the one whose turn it is.
    pub(crate) fn has_room(&self, number: u64, ahead: u64) -> bool {
        number < self.lock().next + ahead
    }

    /// Returns whether a worker waits for room.
    pub(crate) fn is_backed_up(&self) -> bool {
        self.lock().waiting_for_room > 0
    }

    /// Returns the state that the last number left.
    pub(crate) fn into_state(self) -> S {
        self.order.into_inner().unwrap_or_else(PoisonError::into_inner).state
    }

    fn turn_of(&self, number: u64) -> &Condvar {
        &self.turns[(number % self.turns.len() as u64) as usize]
    }

    /// Locks the order, even after a panic. A panic elsewhere ends the run when its thread is
    /// joined; until then the other threads only have to finish.
    fn lock(&self) -> MutexGuard<'_, StageOrder<S, T>> {
        self.order.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S, T> StageOrder<S, T> {
    fn set(&mut self, number: u64, slot: StageSlot<T>) {
        let at = (number - self.next) as usize;
        while self.slots.len() <= at {
            self.slots.push_back(StageSlot::Pending);
        }
        self.slots[at] = slot;
    }

    /// Takes the item whose turn it is, if it was submitted.
    fn take_submitted(&mut self) -> Option<T> {
        match self.slots.front_mut().map(|slot| std::mem::replace(slot, StageSlot::Pending)) {
            Some(StageSlot::Submitted(item)) => Some(item),
            _ => None,
        }
    }

    /// Advances to the next number that was not skipped.
    fn advance(&mut self) {
        loop {
            self.slots.pop_front();
            self.next += 1;
            if !matches!(self.slots.front(), Some(StageSlot::Skipped)) {
                return;
            }
        }
    }
}

/// The state, for as long as it is this number's turn.
pub(crate) struct Turn<'s, S, T> {
    stage: &'s Stage<S, T>,
    order: MutexGuard<'s, StageOrder<S, T>>,
}

impl<S, T> Deref for Turn<'_, S, T> {
    type Target = S;
    fn deref(&self) -> &S {
        &self.order.state
    }
}

impl<S, T> DerefMut for Turn<'_, S, T> {
    fn deref_mut(&mut self) -> &mut S {
        &mut self.order.state
    }
}

impl<S, T> Drop for Turn<'_, S, T> {
    fn drop(&mut self) {
        self.order.advance();
        if self.order.waiting > 0 {
            // Several workers may wait for one condition: those that are ahead by the number of workers.
            self.stage.turn_of(self.order.next).notify_all();
        }
        if self.order.waiting_for_room > 0 {
            self.stage.room.notify_all();
        }
    }
}
