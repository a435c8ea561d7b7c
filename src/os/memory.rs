//! The program's allocator, which ends the program with a message when memory runs out.
//!
//! By default, Rust aborts there, with a message of its own and a core dump. Limits on memory
//! (`ulimit -v`, containers) are an error like any other. An allocation that may fail is made by
//! [`reserve`], whose caller reports the error and continues.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering, compiler_fence};
use std::time::Duration;

use super::posix::write;
use super::system::interrupt::exit_at_once;
use super::tool_name::tool_name;

/// The system's allocator, for the program. A library must not choose the allocator.
#[derive(Clone, Copy, Debug)]
pub struct Allocator;

/// The exit code of the program when memory runs out.
static EXIT_CODE: AtomicU8 = AtomicU8::new(2);

thread_local! {
    /// Whether the calling thread handles a failed allocation itself. It needs no memory.
    static MAY_FAIL: Cell<bool> = const { Cell::new(false) };
}

/// Sets the exit code of the program when memory runs out.
pub fn set_out_of_memory_code(code: u8) {
    EXIT_CODE.store(code, Ordering::Relaxed);
}

/// Makes room for `additional` bytes, as `Vec::reserve` does.
///
/// # Errors
/// Returns an error if there is not enough memory.
pub fn reserve(bytes: &mut Vec<u8>, additional: usize) -> io::Result<()> {
    fallible(|| bytes.try_reserve(additional)).map_err(|_| io::ErrorKind::OutOfMemory.into())
}

/// Makes room for exactly `additional` bytes, as `Vec::reserve_exact` does.
///
/// # Errors
/// Returns an error if there is not enough memory.
pub fn reserve_exact(bytes: &mut Vec<u8>, additional: usize) -> io::Result<()> {
    fallible(|| bytes.try_reserve_exact(additional)).map_err(|_| io::ErrorKind::OutOfMemory.into())
}

fn fallible<T>(allocate: impl FnOnce() -> T) -> T {
    MAY_FAIL.set(true);
    // The compiler assumes that allocators read no variable, so it may drop the first of two stores.
    compiler_fence(Ordering::SeqCst);
    let allocated = allocate();
    compiler_fence(Ordering::SeqCst);
    MAY_FAIL.set(false);
    allocated
}

// SAFETY: every call is passed to the system's allocator, which fulfils the contract. Its result is
// returned unchanged.
unsafe impl GlobalAlloc for Allocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller fulfils the same contract.
        checked(unsafe { System.alloc(layout) })
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller fulfils the same contract.
        checked(unsafe { System.alloc_zeroed(layout) })
    }

    #[inline]
    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller fulfils the same contract.
        checked(unsafe { System.realloc(old, layout, size) })
    }

    #[inline]
    unsafe fn dealloc(&self, old: *mut u8, layout: Layout) {
        // SAFETY: the caller fulfils the same contract.
        unsafe { System.dealloc(old, layout) }
    }
}

#[inline]
fn checked(allocated: *mut u8) -> *mut u8 {
    if allocated.is_null() && !MAY_FAIL.get() {
        end_program();
    }
    allocated
}

/// Ends the program with a message. No memory is allocated for it.
#[cold]
fn end_program() -> ! {
    static IS_ENDING: AtomicBool = AtomicBool::new(false);
    while IS_ENDING.swap(true, Ordering::Relaxed) {
        // Another thread is writing the message.
        std::thread::sleep(Duration::from_secs(1));
    }
    // If the system's call allocates after all, it fails once more.
    MAY_FAIL.set(true);
    const TEXT: &[u8] = b": out of memory\n";
    let name = tool_name().unwrap_or("mapped").as_bytes();
    let mut message = [0; 64];
    let length = name.len().min(message.len() - TEXT.len());
    message[..length].copy_from_slice(&name[..length]);
    message[length..length + TEXT.len()].copy_from_slice(TEXT);
    // A message that cannot be written is lost.
    let _ = write(io::stderr(), &message[..length + TEXT.len()]);
    exit_at_once(EXIT_CODE.load(Ordering::Relaxed))
}
