//! Tests the in-order stage that batches pass through.

mod sync {
    pub use loom::sync::{Condvar, Mutex, MutexGuard};
    pub use std::sync::PoisonError;
}

#[allow(dead_code, reason = "the model uses only some of the methods")]
#[path = "../../src/engine/stage.rs"]
mod stage;

use std::sync::atomic::{AtomicU64, Ordering};

use loom::sync::Arc;
use stage::Stage;

/// Runs every schedule of `workers` that take `rounds` turns each, and checks that none waits
/// forever and that the order holds.
fn every_schedule(workers: u64, rounds: u64) -> u64 {
    let schedules = std::sync::Arc::new(AtomicU64::new(0));
    let count = std::sync::Arc::clone(&schedules);
    loom::model(move || {
        count.fetch_add(1, Ordering::Relaxed);
        let turns: Arc<Stage<Vec<u64>>> = Arc::new(Stage::new(Vec::new(), workers as usize));
        let work = move |turns: &Stage<Vec<u64>>, worker: u64| {
            for round in 0..rounds {
                let number = round * workers + worker;
                turns.wait_for_turn(number).push(number);
            }
        };
        let threads: Vec<_> = (1..workers)
            .map(|worker| {
                let turns = Arc::clone(&turns);
                loom::thread::spawn(move || work(&turns, worker))
            })
            .collect();
        work(&turns, 0);
        for thread in threads {
            thread.join().unwrap();
        }
        let order = turns.wait_for_turn(workers * rounds).clone();
        assert_eq!(order, (0..workers * rounds).collect::<Vec<_>>());
    });
    schedules.load(Ordering::Relaxed)
}

#[test]
fn two_workers() {
    println!("{} schedules of 2 workers, 3 turns each", every_schedule(2, 3));
}

#[test]
fn three_workers() {
    println!("{} schedules of 3 workers, 2 turns each", every_schedule(3, 2));
}

/// Numbers are taken from a shared counter, as batches are from the cursor, and pass through two
/// stages in turn, as totals and output do.
#[test]
fn two_stages_after_a_cursor() {
    type Shared = (loom::sync::Mutex<u64>, Stage<u64>, Stage<Vec<u64>>);
    let schedules = std::sync::Arc::new(AtomicU64::new(0));
    let count = std::sync::Arc::clone(&schedules);
    loom::model(move || {
        count.fetch_add(1, Ordering::Relaxed);
        let shared: Arc<Shared> = Arc::new((loom::sync::Mutex::new(0), Stage::new(0, 2), Stage::new(Vec::new(), 2)));
        let work = move |shared: &Shared| loop {
            let number = {
                let mut next = shared.0.lock().unwrap();
                if *next == 3 {
                    break;
                }
                *next += 1;
                *next - 1
            };
            let total = {
                let mut total = shared.1.wait_for_turn(number);
                *total += 10;
                *total
            };
            shared.2.wait_for_turn(number).push(total);
        };
        let other = Arc::clone(&shared);
        let thread = loom::thread::spawn(move || work(&other));
        work(&shared);
        thread.join().unwrap();
        assert_eq!(*shared.2.wait_for_turn(3), [10, 20, 30]);
    });
    println!("{} schedules of 3 batches through two stages", schedules.load(Ordering::Relaxed));
}

/// Workers deposit items out of order, one number is skipped, and a worker that is ahead waits for
/// room.
#[test]
fn items_are_submitted_and_skipped() {
    let schedules = std::sync::Arc::new(AtomicU64::new(0));
    let count = std::sync::Arc::clone(&schedules);
    loom::model(move || {
        count.fetch_add(1, Ordering::Relaxed);
        let stage: Arc<Stage<Vec<u64>, u64>> = Arc::new(Stage::new(Vec::new(), 2));
        let other = Arc::clone(&stage);
        let thread = loom::thread::spawn(move || {
            other.submit([(1, 1)], |seen, item| seen.push(item));
            other.wait_for_room(1, 1, |seen, item| seen.push(item));
            other.skip(2);
        });
        stage.submit([(0, 0)], |seen, item| seen.push(item));
        stage.submit([(3, 3)], |seen, item| seen.push(item));
        thread.join().unwrap();
        // A number that was skipped late leaves the items after it to the next worker.
        stage.submit([], |seen, item| seen.push(item));
        assert_eq!(*stage.wait_for_turn(4), [0, 1, 3]);
    });
    println!("{} schedules of items submitted", schedules.load(Ordering::Relaxed));
}
