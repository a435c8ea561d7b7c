//! Gives every thread its own copy of a regex.
//!
//! A search borrows caches from a pool in the regex. The first thread gets its caches at no cost, but all
//! others contend for theirs, and build new ones when they wait for too long. Two threads that shared a
//! regex took longer than one where most lines match. Clones share the program, but not the pool.

use std::ops::Deref;

use thread_local::ThreadLocal;

/// A value that dereferences to the copy of the current thread, which is made when it is first needed.
#[derive(Debug)]
pub struct PerThread<T: Send> {
    original: T,
    copies: ThreadLocal<T>,
}

impl<T: Send> PerThread<T> {
    pub fn new(original: T) -> PerThread<T> {
        PerThread { original, copies: ThreadLocal::new() }
    }
}

impl<T: Clone + Send> Deref for PerThread<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.copies.get_or(|| self.original.clone())
    }
}
