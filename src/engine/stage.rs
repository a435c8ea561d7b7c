//! One in-order step of a parallel run, which items pass in the order of their numbers.
//!
//! A worker either waits for its item's turn ([`Stage::take`]) or hands the item in and continues
//! ([`Stage::hand_in`]); the worker with the preceding item then processes both. A number can be
//! given up ([`Stage::pass`]), so a panic never leaves a thread waiting. This file is also compiled
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
    early: VecDeque<StageSlot<T>>,
    /// The number of workers that wait for a turn. If there are none, passing on costs no system
    /// call.
    waiting: usize,
    /// The number of workers that wait for room.
    held_up: usize,
    state: S,
}

enum StageSlot<T> {
    Pending,
    HandedIn(T),
    Passed,
}

impl<S, T> Stage<S, T> {
    /// Creates a stage that up to `workers` threads pass through.
    pub(crate) fn new(state: S, workers: usize) -> Stage<S, T> {
        let order = StageOrder { next: 0, early: VecDeque::new(), waiting: 0, held_up: 0, state };
        let turns = (0..workers.max(1)).map(|_| Condvar::new()).collect();
        Stage { order: Mutex::new(order), turns, room: Condvar::new() }
    }

    /// Waits for the turn of `number`. Dropping the turn passes it on, even during a panic.
    pub(crate) fn take(&self, number: u64) -> Turn<'_, S, T> {
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

    /// Hands items in, and runs `step` on each item whose turn has come, including items handed in
    /// earlier that were waiting for these.
    pub(crate) fn hand_in(&self, items: impl IntoIterator<Item = (u64, T)>, mut step: impl FnMut(&mut S, T)) {
        let mut order = self.lock();
        for (number, item) in items {
            order.set(number, StageSlot::HandedIn(item));
        }
        drop(self.run_due(order, &mut step));
    }

    /// Runs `step` on each item whose turn has come.
    fn run_due<'s>(
        &'s self,
        mut order: MutexGuard<'s, StageOrder<S, T>>,
        step: &mut impl FnMut(&mut S, T),
    ) -> MutexGuard<'s, StageOrder<S, T>> {
        while let Some(item) = order.take_due() {
            // The turn is passed on even if the step panics.
            let mut turn = Turn { stage: self, order };
            step(&mut turn.order.state, item);
            drop(turn);
            order = self.lock();
        }
        order
    }

    /// Gives up `number`, unless its turn is over. Never waits. Later items that were already
    /// handed in are left to the next worker that hands in an item or waits for room.
    pub(crate) fn pass(&self, number: u64) {
        let mut order = self.lock();
        if order.next == number {
            drop(Turn { stage: self, order });
        } else if order.next < number {
            order.set(number, StageSlot::Passed);
        }
    }

    /// Waits while `number` is `ahead` numbers or more after the one whose turn it is, and meanwhile
    /// runs `step` on items whose turn comes because one before them was given up.
    pub(crate) fn wait_for_room(&self, number: u64, ahead: u64, mut step: impl FnMut(&mut S, T)) {
        let mut order = self.lock();
        loop {
            order = self.run_due(order, &mut step);
            if number < order.next + ahead {
                return;
            }
            order.held_up += 1;
            order = self.room.wait(order).unwrap_or_else(PoisonError::into_inner);
            order.held_up -= 1;
        }
    }

    /// Returns whether `number` is fewer than `ahead` numbers after the one whose turn it is.
    pub(crate) fn has_room(&self, number: u64, ahead: u64) -> bool {
        number < self.lock().next + ahead
    }

    /// Returns whether a worker waits for room.
    pub(crate) fn is_behind(&self) -> bool {
        self.lock().held_up > 0
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
        while self.early.len() <= at {
            self.early.push_back(StageSlot::Pending);
        }
        self.early[at] = slot;
    }

    /// Takes the item whose turn it is, if it was handed in.
    fn take_due(&mut self) -> Option<T> {
        match self.early.front_mut().map(|slot| std::mem::replace(slot, StageSlot::Pending)) {
            Some(StageSlot::HandedIn(item)) => Some(item),
            _ => None,
        }
    }

    /// Advances to the next number that was not given up.
    fn advance(&mut self) {
        loop {
            self.early.pop_front();
            self.next += 1;
            if !matches!(self.early.front(), Some(StageSlot::Passed)) {
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
        if self.order.held_up > 0 {
            self.stage.room.notify_all();
        }
    }
}
