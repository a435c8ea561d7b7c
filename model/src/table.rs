//! Tests a slot of the fault table.

mod atomic {
    pub use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
}

#[path = "../../src/os/window_table.rs"]
mod slot;

use std::sync::atomic::AtomicU64;

use loom::sync::Arc;
use slot::{Slot, UNTOUCHED};

fn slot() -> Slot {
    Slot {
        taken: atomic::AtomicBool::new(false),
        generation: atomic::AtomicUsize::new(0),
        start: atomic::AtomicUsize::new(0),
        end: atomic::AtomicUsize::new(0),
        fault: atomic::AtomicUsize::new(UNTOUCHED),
    }
}

fn counted(check: impl Fn() + Sync + Send + 'static) -> u64 {
    let schedules = std::sync::Arc::new(AtomicU64::new(0));
    let count = std::sync::Arc::clone(&schedules);
    loom::model(move || {
        count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        check();
    });
    schedules.load(std::sync::atomic::Ordering::Relaxed)
}

/// A slot holds one thread's windows in turn, while another thread's handler looks up an address
/// outside all of them. That address must never be found in a combination of two windows.
#[test]
fn no_window_is_pieced_together() {
    let schedules = counted(|| {
        let slot = Arc::new(slot());
        let owner = Arc::clone(&slot);
        let thread = loom::thread::spawn(move || {
            // The faulting address is between the two, in a third slot's window.
            for (start, end) in [(0x1000, 0x2000), (0x5000, 0x9000), (0x1000, 0x3000)] {
                assert!(owner.take(start, end));
                owner.release();
            }
        });
        assert_eq!(slot.covers(0x4000), None);
        thread.join().unwrap();
    });
    println!("{schedules} schedules of a lookup against three windows of another thread");
}

/// Two threads want the last free slot, and each that gets it finds its own window there.
#[test]
fn a_slot_has_one_owner() {
    let schedules = counted(|| {
        let slot = Arc::new(slot());
        let thread = |slot: Arc<Slot>, start: usize| {
            move || {
                if slot.take(start, start + 0x1000) {
                    assert_eq!(slot.covers(start), Some((start, start + 0x1000)));
                    assert_eq!(slot.lowest_fault(), None);
                    slot.record_fault(0x800);
                    slot.record_fault(0x900);
                    assert_eq!(slot.lowest_fault(), Some(0x800));
                    slot.release();
                }
            }
        };
        let other = loom::thread::spawn(thread(Arc::clone(&slot), 0x1000));
        thread(Arc::clone(&slot), 0x5000)();
        other.join().unwrap();
        assert_eq!(slot.covers(0x1000), None);
        assert!(slot.take(0x7000, 0x8000), "the slot came back");
    });
    println!("{schedules} schedules of two owners of one slot");
}
