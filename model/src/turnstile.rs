//! The turnstile that puts batches in order.

mod sync {
    pub use loom::sync::{Condvar, Mutex, MutexGuard};
    pub use std::sync::PoisonError;
}

#[path = "../../src/engine/turn.rs"]
mod turn;

use std::sync::atomic::{AtomicU64, Ordering};

use loom::sync::Arc;
use turn::Turns;

/// Every schedule of `workers` that take `rounds` turns each: nobody waits for ever, the order holds.
fn every_schedule(workers: u64, rounds: u64) -> u64 {
    let schedules = std::sync::Arc::new(AtomicU64::new(0));
    let count = std::sync::Arc::clone(&schedules);
    loom::model(move || {
        count.fetch_add(1, Ordering::Relaxed);
        let turns = Arc::new(Turns::new(Vec::new(), workers as usize));
        let work = move |turns: &Turns<Vec<u64>>, worker: u64| {
            for round in 0..rounds {
                let number = round * workers + worker;
                turns.take(number).push(number);
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
        let order = turns.take(workers * rounds).clone();
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

/// Turns are taken from a shared counter, as batches are from the cursor, and pass through two turnstiles one after the other, as
/// totals and emission do. Who comes before his turn takes another number first, and both then, in order.
#[test]
fn two_turnstiles_behind_a_cursor() {
    type Shared = (loom::sync::Mutex<u64>, Turns<u64>, Turns<Vec<u64>>);
    let schedules = std::sync::Arc::new(AtomicU64::new(0));
    let count = std::sync::Arc::clone(&schedules);
    loom::model(move || {
        count.fetch_add(1, Ordering::Relaxed);
        let shared = Arc::new((loom::sync::Mutex::new(0_u64), Turns::new(0_u64, 4), Turns::new(Vec::new(), 4)));
        let finish = |shared: &Shared, number: u64| {
            let total = {
                let mut total = shared.1.take(number);
                *total += 10;
                *total
            };
            shared.2.take(number).push(total);
        };
        let work = move |shared: &Shared| {
            let mut early = None;
            loop {
                let number = {
                    let mut next = shared.0.lock().unwrap();
                    if *next == 3 {
                        break;
                    }
                    *next += 1;
                    *next - 1
                };
                early.take().into_iter().for_each(|early| finish(shared, early));
                if shared.1.is_due(number) {
                    finish(shared, number);
                } else {
                    early = Some(number);
                }
            }
            early.into_iter().for_each(|early| finish(shared, early));
        };
        let other = Arc::clone(&shared);
        let thread = loom::thread::spawn(move || work(&other));
        work(&shared);
        thread.join().unwrap();
        assert_eq!(*shared.2.take(3), [10, 20, 30]);
    });
    println!("{} schedules of 3 batches through two turnstiles", schedules.load(Ordering::Relaxed));
}
